import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Database, Piecework, ResourceRef } from '@piecework/core'
import { openArchive } from '@piecework/core/archive'
import { needsServer } from '@piecework/test-support'
import { suite } from 'uvu'
import { embeddedWorld, serverWorld, type World, withHost } from '../resource-ids/support.js'
import { fixtureNumbers, fixtures } from './fixtures.js'
import { type Content, exhibitionKind, libraryContent, libraryPack, libraryTables } from './library.js'

const principal = { id: 'ann' }
const numbers = await fixtureNumbers()

/** What an import must say and make; columns that tables gained since are not in old archives. */
async function imported(piecework: Piecework, file: string, into?: ResourceRef) {
  const archive = { file: join(fixtures, file) }
  const report = await (await piecework.import({ principal, archive, ...(into && { into }) })).ended()
  assert.equal(report.job.status, 'succeeded', report.job.error?.message)
  assert.deepEqual(report.findings, [])
  return { id: report.job.target?.id ?? assert.fail('nothing is made'), rows: report.counts.rows }
}

/** The owner is who imports. */
function expectedOf(content: Content): Content {
  const { libraries = [], ...others } = content
  return { libraries: libraries.map((row) => ({ ...row, owner: principal.id })), ...others }
}

function knownColumns(content: Content, known: Content): Content {
  const pick = (row: Readonly<Record<string, unknown>>, names: readonly string[]) =>
    Object.fromEntries(names.map((name) => [name, row[name]]))
  return Object.fromEntries(
    Object.entries(known).map(([table, [first]]) => [
      table,
      (content[table] ?? []).map((row) => pick(row, Object.keys(first ?? {}))),
    ]),
  )
}

/** The format's version, and how many pieces there are. */
async function contentsOf(file: string) {
  const all = await readFile(join(fixtures, file))
  const read = async function* ({ start, end }: { readonly start: number; readonly end: number }) {
    yield all.subarray(start, end)
  }
  const archive = await openArchive({ size: all.length, read })
  const { version, pieces } = archive.manifest
  await archive.close()
  return [version, pieces.length]
}

const kept = suite('old archives of table pieces')
kept('there is an archive of every version of the format, and none is taken away', async () => {
  assert.deepEqual(numbers, [1, 2, 3])
  const contents = await Promise.all(numbers.map((number) => contentsOf(`${number}.library.zip`)))
  // The third has numbers, texts and words of people as keys.
  assert.deepEqual(contents, [
    [1, 4],
    [2, 4],
    [2, 5],
  ])
})
kept.run()

const exhibitsOf = async (db: Database, id: string | undefined) =>
  (
    await db.query(
      `SELECT s.label, l.code, x.place, (SELECT array_agg(q.label) FROM jsonb_array_elements(e.plan -> 'rooms') r
         JOIN shelves q ON q.id = (r ->> 'shelf')::uuid) AS rooms
       FROM exhibits x JOIN exhibitions e ON e.id = exhibition_id LEFT JOIN shelves s ON s.id = x.shelf_id
       LEFT JOIN languages l ON l.id = x.language_id WHERE e.id = $1 ORDER BY place`,
      [id],
    )
  ).rows

for (const [place, open] of Object.entries({ server: serverWorld, embedded: embeddedWorld })) {
  const base = suite(`old archives of table pieces, ${place}`)
  const test = place === 'server' ? needsServer(base) : base
  let world: World
  test.before(async () => {
    world = await open(libraryTables.join(';'))
  })
  test.after(() => world.close())

  for (const number of numbers) {
    test(`archive ${number} is imported and becomes what it was`, () =>
      withHost(world, libraryPack, async (piecework) => {
        const db = world.database
        const expected = expectedOf(
          JSON.parse(await readFile(join(fixtures, `${number}.json`), 'utf8')) as Content,
        )
        const library = await imported(piecework, `${number}.library.zip`)
        const content = knownColumns(await libraryContent(db, library.id), expected)
        assert.deepEqual(content, expected)
        const rows = Object.values(expected).reduce((sum, list) => sum + list.length, 0)
        assert.equal(library.rows, rows)

        const into = { kind: 'library', id: library.id }
        const [first] = (await exhibitionKind.listUnder?.(into, db)) ?? []
        const alone = await imported(piecework, `${number}.exhibition.zip`, into)
        assert.deepEqual(await exhibitsOf(db, alone.id), await exhibitsOf(db, first?.id))
        assert.equal((await exhibitsOf(db, alone.id)).length, 3)
      }))
  }

  test.run()
}
