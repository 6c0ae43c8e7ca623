import assert from 'node:assert/strict'
import { quoteIdent } from '@piecework/postgres'
import { suite } from 'uvu'
import { albumPiece, albums, onePlace } from './albums.js'

const test = suite('table pieces: names are data')

const odd = [
  '__proto__',
  'constructor',
  'toString',
  'hasOwnProperty',
  'a.b',
  'a"b',
  "a'b",
  'a\nb',
  'a,b',
  ' ',
  '🙂',
  'é'.repeat(31),
  '$1',
  'v0',
  'n',
  'nn',
  't',
  'd',
  'k',
]
const columns = odd.map(quoteIdent)
const own = <T>(entries: readonly (readonly [string, T])[]): Record<string, T> => Object.fromEntries(entries)

for (const on of onePlace) {
  test(`names are data: columns may have any name (${on})`, async () => {
    const ddl = `CREATE TABLE parents (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), album_id uuid REFERENCES albums ON DELETE CASCADE, "toString" text);
CREATE TABLE odd (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), album_id uuid REFERENCES albums ON DELETE CASCADE, ${columns.map((name) => `${name} text CHECK (${name} <> '')`).join(', ')}, "valueOf" uuid REFERENCES parents, "isPrototypeOf" json, "propertyIsEnumerable" int, "__defineGetter__" int)`
    const piece = albumPiece([
      { table: 'parents', owner: 'album_id', order: ['toString'] },
      {
        table: 'odd',
        owner: 'album_id',
        order: ['__proto__', 'constructor', 'valueOf.toString'],
        columns: odd,
        references: own([['valueOf', 'parents']]),
        json: own([['isPrototypeOf', [{ path: '__proto__', table: 'parents' }]]]),
        set: own([['propertyIsEnumerable', () => 7]]),
        ignore: ['__defineGetter__'],
      },
    ])
    const host = await albums(on, ddl, [piece])
    try {
      const id = await host.add()
      await host.sql(`INSERT INTO parents (album_id, "toString") VALUES ($1, 'p')`, [id])
      await host.sql(
        `INSERT INTO odd (album_id, ${columns.join(', ')}, "valueOf", "isPrototypeOf") SELECT $1, ${columns.map((_, at) => `'value ${at}'`).join(', ')}, id, json_build_object('__proto__', id) FROM parents`,
        [id],
      )
      const exported = await host.export(id)
      assert.ok(exported.ok, exported.told)
      for (const copy of [await host.import(exported.archive), await host.clone(id)]) {
        assert.equal(copy.told, '')
        const [row] = await host.sql(
          `SELECT o.*, p.id AS parent FROM odd o JOIN parents p ON p.id = o."valueOf" WHERE o.album_id = $1 AND p.album_id = $1`,
          [copy.id],
        )
        assert.deepEqual(
          odd.map((name) => Object.entries(row ?? {}).find(([one]) => one === name)?.[1]),
          odd.map((_, at) => `value ${at}`),
        )
        assert.deepEqual(row?.isPrototypeOf, own([['__proto__', row?.parent]]))
        assert.equal(row?.propertyIsEnumerable, 7)
        assert.ok((await host.diff(exported.archive, copy.id)).equal)
      }
      // What is told of a column names it, too.
      await host.sql('UPDATE odd SET "__proto__" = $1', ['other'])
      const { resources } = await host.diff(exported.archive, id)
      assert.deepEqual(
        resources[0]?.pieces[0]?.entries.map(({ equal }) => equal),
        [false, true],
      )
      for (const name of odd)
        await host.sql(`ALTER TABLE odd ADD CHECK (length(${quoteIdent(name)}) > 100) NOT VALID`)
      const validated = await host.validate(exported.archive)
      assert.equal(validated.told.match(/violates/g)?.length, 1)
      assert.equal(validated.told.match(/_check\d*"/g)?.length, odd.length)
    } finally {
      await host.close()
    }
  })

  test(`names are data: a table of 1,600 columns is exported, imported, validated and compared (${on})`, async () => {
    const wide = Array.from({ length: 1597 }, (_, at) => `c${at}`)
    const ddl = `CREATE TABLE wide (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), album_id uuid REFERENCES albums ON DELETE CASCADE, n int, ${wide.map((name, at) => `${name} ${at < 500 ? 'float8' : 'bool'}`).join(', ')})`
    const host = await albums(on, ddl, [albumPiece([{ table: 'wide', owner: 'album_id', order: ['n'] }])])
    try {
      const id = await host.add()
      for (const n of [1, 2])
        await host.sql(
          `INSERT INTO wide (album_id, n, ${wide.join(', ')}) VALUES ('${id}', ${n}, ${wide.map((_, at) => (at < 500 ? `${at} + 0.1234567890123456` : 'true')).join(', ')})`,
        )
      const exported = await host.export(id)
      assert.ok(exported.ok, exported.told)
      for (const copy of [await host.import(exported.archive), await host.clone(id)]) {
        assert.equal(copy.told, '')
        assert.ok((await host.diff(exported.archive, copy.id)).equal)
        await host.sql('UPDATE wide SET c7 = 8, c1596 = false WHERE album_id = $1 AND n = 2', [copy.id])
        const { resources } = await host.diff(exported.archive, copy.id)
        const rows = resources[0]?.pieces[0]?.entries[0]?.rows
        assert.deepEqual([rows?.changed, rows?.equal, rows?.columns], [1, 1, { c7: 1, c1596: 1 }])
      }
    } finally {
      await host.close()
    }
  })
}

test.run()
