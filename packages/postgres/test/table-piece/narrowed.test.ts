import assert from 'node:assert/strict'
import { suite } from 'uvu'
import { albumPiece, albums, onePlace } from './albums.js'
import { importAlone } from './import-alone.js'

const test = suite('table pieces: columns of another type than at the export')

interface Case {
  /** Type at the export, and at the import. */
  readonly from: string
  readonly to: string
  readonly value: string
  /** What is told of it; absent: the value is carried. */
  readonly told?: RegExp
  /** How the value is carried, if its text is another one. */
  readonly becomes?: string
}

const cases: readonly Case[] = [
  { from: 'numeric(12,4)', to: 'numeric(12,2)', value: '12.3456', told: /"12.3456" would become "12.35"/ },
  { from: 'numeric(12,4)', to: 'numeric(12,6)', value: '12.3456', becomes: '12.345600' },
  { from: 'numeric(12,4)', to: 'numeric(4,1)', value: '12.5000', becomes: '12.5' },
  { from: 'numeric', to: 'float8', value: '12345678901234567890.123', told: /would become/ },
  { from: 'numeric(10,2)', to: 'float8', value: '0.10', becomes: '0.1' },
  { from: 'float8', to: 'real', value: '0.1234567890123456', told: /would become/ },
  { from: 'float8', to: 'numeric', value: '1e+20', becomes: '100000000000000000000' },
  { from: 'float8', to: 'real', value: '0.5' },
  { from: 'timestamp', to: 'date', value: '2024-05-06 07:08:09', told: /would become "2024-05-06"/ },
  { from: 'timestamp', to: 'date', value: '2024-05-06 00:00:00', becomes: '2024-05-06' },
  { from: 'date', to: 'timestamp', value: '2024-05-06', becomes: '2024-05-06 00:00:00' },
  { from: 'timestamptz', to: 'timestamptz(0)', value: '2024-05-06 07:08:09.5+00', told: /would become/ },
  { from: 'timestamp', to: 'timestamptz', value: '2024-05-06 07:08:09', told: /would become/ },
  { from: 'timestamptz', to: 'timestamp', value: '2024-05-06 07:08:09+00', told: /would become/ },
  { from: 'time', to: 'time(0)', value: '07:08:09.4', told: /would become "07:08:09"/ },
  { from: 'interval', to: 'interval hour to minute', value: '01:02:03', told: /would become "01:02:00"/ },
  { from: 'interval', to: 'interval(0)', value: '01:02:03', becomes: '01:02:03' },
  { from: 'text', to: 'varchar(3)', value: 'abcd', told: /"abcd" is not character varying\(3\)/ },
  { from: 'text', to: 'varchar(3)', value: 'abc   ', told: /"abc {3}" would become "abc"/ },
  { from: 'text', to: 'varchar(3)', value: 'abc' },
  { from: 'text', to: 'char(5)', value: 'ab', told: /"ab" would become "ab {3}"/ },
  { from: 'char(5)', to: 'char(3)', value: 'ab   ', becomes: 'ab ' },
  { from: 'char(5)', to: 'char(3)', value: 'abcde', told: /is not character\(3\)/ },
  { from: 'text', to: 'bit(3)', value: '10101', told: /is not bit\(3\)/ },
  { from: 'bit varying', to: 'bit(5)', value: '10101' },
  { from: 'text', to: 'name', value: 'x'.repeat(70), told: /would become/ },
  { from: 'text', to: 'int', value: '007', told: /"007" would become "7"/ },
  { from: 'int', to: 'smallint', value: '70000', told: /"70000" is not smallint/ },
  { from: 'int', to: 'text', value: '70000' },
  { from: 'int', to: 'bool', value: '1', told: /"1" is not boolean/ },
  { from: 'text', to: 'bytea', value: 'abc', told: /would become/ },
  { from: 'bytea', to: 'text', value: '\\x00ff' },
  { from: 'json', to: 'jsonb', value: '{"a":1,"a":2}', told: /would become/ },
  { from: 'jsonb', to: 'json', value: '{"a": 1}' },
  { from: 'mood', to: 'small_mood', value: 'great', told: /"great" is not small_mood/ },
  { from: 'numeric(8,4)[]', to: 'numeric(8,1)[]', value: '{1.2345}', told: /would become "\{1.2\}"/ },
  { from: 'real[]', to: 'real[]', value: '{0.1,NULL}' },
  { from: 'pair', to: 'narrow_pair', value: '(1,2.50)', told: /would become "\(1,2.5\)"/ },
  { from: 'fine', to: 'coarse', value: '1.25', told: /would become "1.3"/ },
  { from: 'numrange', to: 'int4range', value: '[1,5]', told: /would become "\[1,6\)"/ },
  { from: 'inet', to: 'cidr', value: '10.0.0.1/8', told: /is not cidr/ },
  { from: 'cidr', to: 'inet', value: '10.0.0.1/32', becomes: '10.0.0.1' },
]

const geometries: readonly Case[] = [
  { from: 'geometry', to: 'geometry(Point,4326)', value: 'POINT(1 2)', told: /would become/ },
  { from: 'geometry', to: 'geometry(Point,4326)', value: 'SRID=3857;POINT(1 2)', told: /is not geometry/ },
  { from: 'geometry', to: 'geometry(Point)', value: 'LINESTRING(1 2,3 4)', told: /is not geometry/ },
  { from: 'geometry', to: 'geometry(Point)', value: 'POINT Z (1 2 3)', told: /is not geometry/ },
]

const types = `CREATE TYPE mood AS ENUM ('fine', 'great');
CREATE TYPE small_mood AS ENUM ('fine');
CREATE TYPE pair AS (a int, b numeric(8,2));
CREATE TYPE narrow_pair AS (a int, b numeric(8,1));
CREATE DOMAIN fine AS numeric(8,2);
CREATE DOMAIN coarse AS numeric(8,1)`

for (const on of onePlace) {
  test(`values as they are: narrowed columns are refused before the first row (${on})`, async () => {
    const all = [...cases, ...geometries]
    const tables = all.map((_, n) => ({ table: `t${n}`, owner: 'album_id', order: ['n'] }))
    const ddl = all.map(
      ({ from }, n) =>
        `CREATE TABLE t${n} (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), album_id uuid REFERENCES albums ON DELETE CASCADE, n int, v ${from})`,
    )
    const host = await albums(on, `${types};\n${ddl.join(';\n')}`, [albumPiece(tables)])
    try {
      const id = await host.add()
      for (const [n, { value }] of all.entries())
        await host.sql(`INSERT INTO t${n} (album_id, n, v) VALUES ($1, 1, $2)`, [id, value])
      const exported = await host.export(id)
      assert.ok(exported.ok, exported.told)
      for (const [n, { to, from }] of all.entries()) {
        if (to !== from) await host.sql(`ALTER TABLE t${n} DROP COLUMN v, ADD COLUMN v ${to}`)
      }
      const validated = await host.validate(exported.archive)
      for (const [n, { from, to, value, told }] of all.entries()) {
        const what = `${from} to ${to}: ${value}\n`
        const node = validated.findings.filter(({ file }) => file === `t${n}.csv`)
        if (told) assert.match(what + node.map(({ message }) => message).join(), told, what)
        else assert.deepEqual(node, [], what)
      }
      const imported = await host.import(exported.archive)
      assert.ok(!imported.ok)
      assert.equal((await host.sql('SELECT count(*) AS n FROM albums'))[0]?.n, '1')
      await carriesAlone(host, all, exported.archive)
    } finally {
      await host.close()
    }
  })
}

/** By the importer alone, without a validation before it. */
async function carriesAlone(
  host: Awaited<ReturnType<typeof albums>>,
  all: readonly Case[],
  { artifact }: { readonly artifact: string },
): Promise<void> {
  for (const [n, { from, to, value, told, becomes }] of all.entries()) {
    const what = `${from} to ${to}: ${value}\n`
    const outcome = await importAlone(
      host,
      artifact,
      albumPiece([{ table: `t${n}`, owner: 'album_id', order: ['n'] }]),
    )
    if (told) assert.match(String(outcome), /archive-invalid/, what)
    else {
      const rows = await host.sql(`SELECT format('%s', v) AS v FROM t${n} WHERE album_id = $1`, [outcome])
      const carried = becomes ?? value
      assert.deepEqual(rows, [{ v: from === 'geometry' ? rows[0]?.v : carried }], what)
    }
  }
}

test.run()
