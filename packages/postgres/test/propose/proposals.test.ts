import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { createPiecework, memoryArtifacts } from '@piecework/core'
import { fromPg, postgresStore } from '@piecework/postgres'
import { inProcess } from '@piecework/runtime-inprocess'
import { needsServer, scratchDatabase } from '@piecework/test-support'
import { pieceLaws, type Sample } from '@piecework/testkit'
import pg from 'pg'
import { suite } from 'uvu'
import { contentOf, contentsOf } from './any-content.js'
import { sampleRows, shared, sixtyTables } from './sixty-tables.js'
import { sampleCompany, smallTables } from './small-tables.js'
import { compiledProposals, type Proposed } from './written-proposal.js'

const ann = { id: '00000000-0000-4000-8000-0000000000a1' }
const test = needsServer(suite('piecework-check: proposals'))

if (process.env.DATABASE_URL) await proposed()
else test('what is proposed runs unchanged', () => {})

async function proposed(): Promise<void> {
  const scratch = await scratchDatabase()
  const pool = new pg.Pool({ connectionString: scratch.url, max: 4 })
  const db = fromPg(pool)
  test.after(async () => {
    await pool.end()
    await scratch.drop()
  })
  const project = randomUUID()
  for (const sql of [sixtyTables, shared, sampleRows(`'${project}'`), smallTables, sampleCompany])
    await pool.query(sql)
  const roots = ['public.projects', 'books', 'public.Companies']
  const [projects, books, companies] = await compiledProposals(scratch.url, roots)
  if (!projects || !books || !companies) throw new Error('Nothing was proposed.')

  test('of sixty tables: export, import and clone are equal to the resource', () =>
    copiesAreEqual(projects, project, ['projects.csv']))
  test('of a root with numbers for keys: they are equal, too', () => copiesAreEqual(books, '2', []))

  for (const [at, piece] of companies.pieces.entries()) {
    pieceLaws(test, {
      piece,
      kind: companies.kind,
      database: () => db,
      sample: async (): Promise<Sample> => {
        const { rows } = await pool.query<{ id: string }>(sampleCompany)
        return { resource: { kind: companies.kind.kind, id: rows[0]?.id ?? '' }, ids: lawIds }
      },
      content: (resource, queryable) => contentOf(piece, resource, queryable, 'with ids'),
      before: companies.pieces.slice(0, at),
    })
  }

  /** `differing`: files of what is unique, and of what stays behind. */
  async function copiesAreEqual(
    { kind, pieces }: Proposed,
    id: string,
    differing: readonly string[],
  ): Promise<void> {
    const store = postgresStore({ database: db })
    await store.migrate()
    const piecework = createPiecework({
      packs: [{ name: 'proposed', kinds: [kind], pieces: [...pieces] }],
      store,
      artifacts: memoryArtifacts(),
      runtime: inProcess(),
    })
    await piecework.start()
    try {
      const source = { resource: { kind: kind.kind, id }, principal: ann }
      const { archive } = await (await piecework.export(source)).result()
      assert.ok(archive)
      const contents = await contentsOf(pieces, source.resource, db)
      const empty = contents.flatMap((one) => Object.entries(one)).filter(([, rows]) => rows.length === 0)
      assert.deepEqual(empty, [])
      const imported = await (await piecework.import({ archive, principal: ann })).result()
      const cloned = await (await piecework.clone(source)).result()
      for (const [copy, told] of [
        [imported, differing],
        // A clone has a name of its own.
        [cloned, [`${kind.table}.csv`]],
      ] as const) {
        const { resource } = copy
        assert.ok(resource)
        assert.deepEqual(await contentsOf(pieces, resource, db), contents)
        const { resources } = await piecework.diff(source, { resource, principal: ann })
        const found = resources.flatMap(({ pieces: compared }) =>
          compared.flatMap((one) => one.entries.filter(({ equal }) => !equal).map(({ path }) => path)),
        )
        assert.deepEqual(found, told)
      }
    } finally {
      await piecework.stop()
    }
  }
}

const lawIds = {
  id: 'people_of',
  company_id: 'Companies',
  boss_id: 'people_of',
  contact_id: 'people_of',
}

test.run()
