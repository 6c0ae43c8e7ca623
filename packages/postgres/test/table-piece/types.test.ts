import assert from 'node:assert/strict'
import pg from 'pg'
import { suite } from 'uvu'
import { albumPiece, albums, places } from './albums.js'

const test = suite('table pieces: types')

const definitions = `CREATE TYPE mood AS ENUM ('sad', 'it''s "ok", \\o/');
CREATE TYPE pair AS (x int, y text, z numeric(6,2));
CREATE TYPE nested AS (inside pair, list pair[], at timestamptz);
CREATE TYPE floats AS RANGE (subtype = float8, subtype_diff = float8mi);
CREATE DOMAIN positive AS numeric(8,3) CHECK (VALUE > 0);
CREATE DOMAIN rounded AS positive CHECK (VALUE < 1000);
CREATE DOMAIN names AS text[] CHECK (cardinality(VALUE) > 0)`

const quoted = (text: string) => `'${text.replaceAll("'", "''")}'`
/** By type: values as SQL. */
const values: Readonly<Record<string, readonly string[]>> = {
  mood: [quoted(`it's "ok", \\o/`)],
  'mood[]': [`ARRAY['sad', NULL, ${quoted(`it's "ok", \\o/`)}]::mood[]`, `'{}'`],
  pair: [`ROW(1, 'q, "x" (\\)', 2.5)::pair`, `ROW(NULL, '', NULL)::pair`],
  'pair[]': [`ARRAY[ROW(1, E'two\\nlines', 2)::pair, NULL]`],
  nested: [`ROW(ROW(1, 'a', 2)::pair, ARRAY[ROW(2, '"', 3)::pair], '2024-05-06 07:08:09.1+02')::nested`],
  positive: ['12.345'],
  rounded: ['0.001'],
  'rounded[]': [`'{1.5,2}'`],
  names: [`'{a,NULL,"",null,"NULL"}'`],
  smallint: ['-32768'],
  bigint: ['9223372036854775807'],
  numeric: ['12345678901234567890.12300', `'NaN'`, `'-Infinity'`, '1e-500', '0.00'],
  'numeric(5,-2)': ['12345678 % 100000'],
  real: ['1.17549435e-38', `'-0'`, `'NaN'`, '3.4028235e38', '0.1'],
  'double precision': ['5e-324', '1.7976931348623157e308', `'-Infinity'`, '0.1 + 0.2', '12345678901234567'],
  money: ['-1234567.89', `'$0.01'`],
  boolean: ['true', 'false'],
  text: [`''`, `E'\\\\.'`, `E'\\\\N'`, `E'a\\r\\n\\tb'`, `'NULL'`, `' '`, `'🙂 "," é'`],
  'varchar(4)': [`'ab  '`, `'🙂🙂🙂🙂'`],
  'char(5)': [`'ab'`, `''`],
  '"char"': [`'x'`, `''`],
  name: [`'A b'`],
  bytea: [`'\\x00ff5c22'`, `''`],
  date: [`'0044-03-15 BC'`, `'infinity'`, `'5874897-12-31'`],
  timestamp: [`'2024-05-06 07:08:09.123456'`, `'-infinity'`, `'0001-01-01 00:00:00 BC'`],
  timestamptz: [`'2024-05-06 07:08:09.123456+05:45'`, `'294276-12-31 23:59:59.999999+00'`],
  'timestamptz(2)': [`'2024-05-06 07:08:09.129'`],
  time: [`'24:00:00'`],
  timetz: [`'07:08:09.5-11:30'`],
  interval: [`'1 mon -2 days +03:04:05.6'`, `'-178000000 years'`],
  'interval year to month': [`'3-4'`],
  json: [`'{ "a" :1, "a":[ ]}'`],
  'json[]': [`ARRAY['{ "a" :1}'::json, NULL]`],
  jsonb: [`'{"a": 1.50, "b": "\\\\u00e9\\\\n"}'`],
  'jsonb[]': [`ARRAY['{"a":"\\"{,}"}'::jsonb, 'null', NULL]`],
  jsonpath: [`'$.a[*] ? (@ > 1)'`],
  xml: [`XMLPARSE(CONTENT 'text <b a="1"/> &amp; mixed')`, `'<a><![CDATA[ < ]]></a>'`],
  uuid: [`'A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11'`],
  inet: [`'10.0.0.1/8'`, `'::1'`],
  cidr: [`'10.0.0.0/8'`],
  macaddr: [`'08:00:2b:01:02:03'`],
  macaddr8: [`'08:00:2b:01:02:03:04:05'`],
  'bit(4)': [`B'0101'`],
  'bit varying': [`B''`, `B'101'`],
  int4range: [`'[1,5]'`, `'empty'`, `'(,)'`],
  numrange: [`'[1.50,2.0)'`],
  tstzrange: [`'["2024-05-06 07:08:09+00",infinity)'`],
  floats: [`'[0.1,1e300)'`],
  'int4range[]': [`ARRAY['[1,2)'::int4range, NULL]`],
  datemultirange: [`'{[2020-01-01,2020-02-01),[2021-01-01,)}'`],
  point: [`'(0.1,1e300)'`],
  line: [`'{1,-2,0.3}'`],
  lseg: [`'[(0.1,0.2),(3,4)]'`],
  box: [`'(3,4),(0.1,0.2)'`],
  path: [`'[(0.1,0.2),(3,4)]'`, `'((0,0),(1,1),(1,0))'`],
  polygon: [`'((0,0),(1,0.1),(1,0))'`],
  circle: [`'<(0.1,0.2),3>'`],
  tsvector: [`$$'a':1A,2 'it''s':3B 'b'$$`],
  tsquery: [`$$'a' & !'b' <2> 'c':*$$`],
  pg_lsn: [`'16/B374D848'`],
  'int[]': [`'[-1:1]={1,NULL,3}'`, `'{{1,2},{3,4}}'`],
  'text[]': [`ARRAY['', 'NULL', NULL, 'a"b', 'a\\b', '{', ' ', E'\\n']`],
  'bytea[]': [`ARRAY['\\x5c22'::bytea]`],
  'geometry(PointZ,4326)': [`'SRID=4326;POINT Z (0.1 1e300 -3)'`],
  geometry: [`'SRID=3857;GEOMETRYCOLLECTION(POINT(1 2),POLYGON((0 0,1 0,1 1,0 0)),LINESTRING EMPTY)'`],
  'geometry[]': [`ARRAY['POINT(0.1 2)'::geometry, NULL]`],
  geography: [`'POINT(0.1 2)'`],
}

/** On the server alone. */
const extensions: Readonly<Record<string, readonly string[]>> = {
  hstore: [`'"a, b"=>"c\\"d", e=>NULL'`],
  ltree: [`'Top.Science_1'`],
  lquery: [`'*.a*{1,2}'`],
  citext: [`'A b'`],
  cube: [`'(0.1,1e300),(3,4)'`],
  'citext[]': [`'{A,"b c"}'`],
  'hstore[]': [`ARRAY['a=>1'::hstore]`],
}

for (const on of places) {
  test(`types: the values of every type travel as they are (${on})`, async () => {
    const all = Object.entries({ ...values, ...(on === 'server' && extensions) })
    const setup =
      on === 'server'
        ? ['hstore', 'ltree', 'citext', 'cube'].map((name) => `CREATE EXTENSION ${name};\n`).join('')
        : ''
    const columns = all.map(([type], at) => `c${at} ${type}`).join(', ')
    const ddl = `${setup}${definitions};\nCREATE TABLE every (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), album_id uuid REFERENCES albums ON DELETE CASCADE, n int, ${columns}, twice int GENERATED ALWAYS AS (n * 2) STORED)`
    const host = await albums(on, ddl, [
      albumPiece([
        {
          table: 'every',
          owner: 'album_id',
          order: ['n'],
          columns: all.flatMap(([type], at) => (type === 'uuid' ? [`c${at}`] : [])),
        },
      ]),
    ])
    try {
      const id = await host.add()
      for (const n of [0, 1, 2, 3, 4, 5, 6, 7]) {
        const given = all.map(([, sql]) => sql[n] ?? 'NULL')
        await host.sql(
          `INSERT INTO every (album_id, n, ${all.map((_, at) => `c${at}`).join(', ')}) VALUES ('${id}', ${n}, ${given.join(', ')})`,
        )
      }
      const texts = (album: string) =>
        host.sql(
          `SELECT n, twice, json_build_array(${all
            .slice(0, 45)
            .map((_, at) => `format('%s', c${at})`)
            .join(', ')}) AS first, json_build_array(${all
            .slice(45)
            .map((_, at) => `format('%s', c${at + 45})`)
            .join(', ')}) AS second FROM every WHERE album_id = $1 ORDER BY n`,
          [album],
        )
      const want = await texts(id)
      const exported = await host.export(id)
      assert.ok(exported.ok, exported.told)
      for (const copy of [await host.import(exported.archive), await host.clone(id)]) {
        assert.equal(copy.told, '')
        assert.deepEqual(await texts(copy.id), want)
        assert.ok((await host.diff(exported.archive, copy.id)).equal)
      }
    } finally {
      await host.close()
    }
  })

  test(`types: what a text does not hold is refused by name (${on})`, async () => {
    const ddl = `CREATE TABLE boxes (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), album_id uuid REFERENCES albums ON DELETE CASCADE, n int, flat box2d, deep box3d, deeps box3d[])`
    const table = { table: 'boxes', owner: 'album_id', order: ['n'] }
    const host = await albums(on, ddl, [albumPiece([table])])
    try {
      const id = await host.add()
      const { told } = await host.export(id)
      for (const name of ['flat', 'deep', 'deeps'])
        assert.match(told, new RegExp(`"${name}" of table "boxes" is box..*loses digits`))
    } finally {
      await host.close()
    }
  })

  test(`types: \`set\` takes values of JavaScript for every type (${on})`, async () => {
    const given: Readonly<Record<string, readonly [value: unknown, text: string]>> = {
      'int[]': [[1, null, -3], '{1,NULL,-3}'],
      'int[][]': [
        [
          [1, 2],
          [3, 4],
        ],
        '{{1,2},{3,4}}',
      ],
      'text[]': [['', 'NULL', null, 'a"b\\', '{,}'], '{"","NULL",NULL,"a\\"b\\\\","{,}"}'],
      bytea: [Buffer.from([0, 255]), '\\x00ff'],
      'bytea[]': [[Buffer.from([0, 255])], '{"\\\\x00ff"}'],
      json: [{ b: 1, a: [] }, '{"b":1,"a":[]}'],
      jsonb: [[1, 'x'], '[1, "x"]'],
      'jsonb[]': [[{ a: 1 }, null, 'x', [1]], '{"{\\"a\\": 1}",NULL,"\\"x\\"",[1]}'],
      timestamptz: [new Date('2024-05-06T07:08:09.5Z'), '2024-05-06 07:08:09.5+00'],
      bigint: [9223372036854775807n, '9223372036854775807'],
      'double precision': [0.1 + 0.2, '0.30000000000000004'],
      boolean: [true, 't'],
      int4range: ['[1,5]', '[1,6)'],
      pair: ['(1,"a, b",2.5)', '(1,"a, b",2.50)'],
      mood: ['sad', 'sad'],
      rounded: [1.5, '1.500'],
      interval: ['1 day', '1 day'],
    }
    const types = Object.keys(given)
    const ddl = `${definitions};\nCREATE TABLE given (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), album_id uuid REFERENCES albums ON DELETE CASCADE, n int, ${types.map((type, at) => `c${at} ${type}`).join(', ')});\nCREATE TABLE staged (LIKE given INCLUDING ALL, FOREIGN KEY (album_id) REFERENCES albums ON DELETE CASCADE, doc jsonb)`
    const set = Object.fromEntries(Object.values(given).map(([value], at) => [`c${at}`, () => value]))
    const host = await albums(on, ddl, [
      albumPiece([
        { table: 'given', owner: 'album_id', order: ['n'], set },
        {
          table: 'staged',
          owner: 'album_id',
          order: ['n'],
          set,
          json: { doc: [{ path: 'x', table: 'given' }] },
        },
      ]),
    ])
    try {
      const id = await host.add()
      for (const table of ['given', 'staged'])
        await host.sql(`INSERT INTO ${table} (album_id, n) VALUES ($1, 1)`, [id])
      const exported = await host.export(id)
      for (const copy of [await host.import(exported.archive), await host.clone(id)]) {
        assert.equal(copy.told, '')
        for (const table of ['given', 'staged']) {
          const [row] = await host.sql(
            `SELECT json_build_array(${types.map((_, at) => `format('%s', c${at})`).join(', ')}) AS texts FROM ${table} WHERE album_id = $1`,
            [copy.id],
          )
          assert.deepEqual(
            row?.texts,
            Object.values(given).map(([, text]) => text),
          )
        }
      }
    } finally {
      await host.close()
    }
  })
}

/** Whether there is a server, with this extension. */
async function available(extension: string): Promise<boolean> {
  const { DATABASE_URL: connectionString } = process.env
  if (!connectionString) return false
  const client = new pg.Client({ connectionString })
  await client.connect()
  try {
    const found = await client.query('SELECT FROM pg_available_extensions WHERE name = $1', [extension])
    return found.rowCount === 1
  } finally {
    await client.end()
  }
}

const rasters = (await available('postgis_raster')) ? test : test.skip
rasters('types: rasters travel as they are (needs a server with postgis_raster)', async () => {
  const host = await albums(
    'server',
    `CREATE EXTENSION postgis_raster;
CREATE TABLE scenes (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), album_id uuid REFERENCES albums ON DELETE CASCADE, n int, r raster, rs raster[])`,
    [albumPiece([{ table: 'scenes', owner: 'album_id', order: ['n'] }])],
  )
  try {
    const id = await host.add()
    const raster = `ST_AddBand(ST_AddBand(ST_MakeEmptyRaster(20, 30, 0.1, 1e300, 0.5, -0.5, 0, 0, 4326), '8BUI'::text, 7, 0), '64BF'::text, 0.1, 'NaN')`
    await host.sql(
      `INSERT INTO scenes (album_id, n, r, rs) VALUES ($1, 1, ${raster}, ARRAY[${raster}, NULL]), ($1, 2, NULL, '{}')`,
      [id],
    )
    const look = (album: string) =>
      host.sql('SELECT n, r::text, rs::text FROM scenes WHERE album_id = $1 ORDER BY n', [album])
    const exported = await host.export(id)
    assert.equal(exported.told, '')
    assert.equal((await host.validate(exported.archive)).told, '')
    for (const copy of [await host.import(exported.archive), await host.clone(id)]) {
      assert.equal(copy.told, '')
      assert.deepEqual(await look(copy.id), await look(id))
    }
  } finally {
    await host.close()
  }
})

test.run()
