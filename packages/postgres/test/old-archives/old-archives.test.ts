import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createPiecework, memoryArtifacts, type Piecework, type ResourceRef } from '@piecework/core'
import { type EmbeddedDatabase, embedded } from '@piecework/embedded'
import { postgresStore } from '@piecework/postgres'
import { inProcess } from '@piecework/runtime-inprocess'
import { suite } from 'uvu'
import { fixtureNumbers, fixtures } from './fixtures.js'
import { type Content, exhibitionKind, libraryContent, libraryPack, libraryTables } from './library.js'

const test = suite('old archives of table pieces')
const principal = { id: 'ann' }
let db: EmbeddedDatabase
let piecework: Piecework

test.before(async () => {
  db = await embedded()
  for (const sql of libraryTables) await db.query(sql)
  const store = postgresStore({ database: db })
  await store.migrate()
  piecework = createPiecework({
    packs: [libraryPack],
    store,
    artifacts: memoryArtifacts(),
    runtime: inProcess(),
  })
  await piecework.start()
})
test.after(async () => {
  await piecework.stop()
  await db.close()
})

const numbers = await fixtureNumbers()

/** What an import must say and make; columns that tables gained since are not in old archives. */
async function imported(file: string, into?: ResourceRef) {
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

test('there is an archive of every version of the format', () => {
  assert.ok(numbers.length > 0)
})

for (const number of numbers) {
  test(`archive ${number} is imported and becomes what it was`, async () => {
    const expected = expectedOf(
      JSON.parse(await readFile(join(fixtures, `${number}.json`), 'utf8')) as Content,
    )
    const library = await imported(`${number}.library.zip`)
    const content = knownColumns(await libraryContent(db, library.id), expected)
    assert.deepEqual(content, expected)
    const rows = Object.values(expected).reduce((sum, list) => sum + list.length, 0)
    assert.equal(library.rows, rows)

    const into = { kind: 'library', id: library.id }
    const [first] = (await exhibitionKind.listUnder?.(into, db)) ?? []
    const alone = await imported(`${number}.exhibition.zip`, into)
    const exhibits = async (id: string | undefined) =>
      (
        await db.query(
          `SELECT s.label, l.code, x.place, (SELECT array_agg(q.label) FROM jsonb_array_elements(e.plan -> 'rooms') r
             JOIN shelves q ON q.id = (r ->> 'shelf')::uuid) AS rooms
           FROM exhibits x JOIN exhibitions e ON e.id = exhibition_id LEFT JOIN shelves s ON s.id = x.shelf_id
           LEFT JOIN languages l ON l.id = x.language_id WHERE e.id = $1 ORDER BY place`,
          [id],
        )
      ).rows
    assert.deepEqual(await exhibits(alone.id), await exhibits(first?.id))
    assert.equal((await exhibits(alone.id)).length, 3)
  })
}

test.run()
