import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { createPiecework, memoryArtifacts } from '@piecework/core'
import { fromPg, postgresStore } from '@piecework/postgres'
import { inProcess } from '@piecework/runtime-inprocess'
import { needsServer, scratchDatabase } from '@piecework/test-support'
import { type LawTest, pieceLaws, type Sample } from '@piecework/testkit'
import pg from 'pg'
import { suite } from 'uvu'
import { contentOf, contentsOf, idsOf } from './any-content.js'
import { farmTables, shopTables } from './mapped-tables.js'
import { sampleRows, shared, sixtyTables } from './sixty-tables.js'
import { sampleCompany, smallTables } from './small-tables.js'
import { compiledProposals, type Proposed } from './written-proposal.js'

const ann = { id: '00000000-0000-4000-8000-0000000000a1' }
const people = [ann.id, '00000000-0000-4000-8000-0000000000b0']
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
  for (const sql of [sixtyTables, shared, smallTables, sampleCompany, farmTables, shopTables])
    await pool.query(sql)
  const newProject = async () => {
    const id = randomUUID()
    await pool.query(sampleRows(`'${id}'`))
    return id
  }
  const project = await newProject()
  const roots = ['public.projects', 'books', 'public.Companies', 'farm.farm_estate', 'shop.Team']
  const [projects, books, companies, estates, teams] = await compiledProposals(scratch.url, roots)
  if (!projects || !books || !companies || !estates || !teams) throw new Error('Nothing was proposed.')

  test('of sixty tables: export, import and clone are equal to the resource', () =>
    copiesAreEqual(projects, project, ['projects.csv']))
  test('of a root with numbers for keys: they are equal, too', () => copiesAreEqual(books, '2', []))

  test('ids inside documents, path by path', () => {
    for (const path of ['deed', 'older[*].deed'])
      assert.ok(estates.source.includes(`{ path: '${path}', table: 'farm_deed' }`), estates.source)
  })
  test('keys of one form, although few of them look like another one', () =>
    assert.match(estates.source, /table: 'farm_deed',\s+key: \{ nanoid: \{ length: 24/))
  test('of content types, tables that inherit by a shared key, many-to-many with numbers', () =>
    copiesAreEqual(estates, '5yt4wxmp9qvwuigz2xm3hbc7', ['farm_estate.csv'], { id: '1' }))
  test('of pairs without a primary key, citext, arrays of enums, composite and mapped names', () =>
    copiesAreEqual(teams, 'cl00000000000000000000t01', ['Team.csv']))

  for (const [{ kind, pieces }, newSample] of [
    [companies, async () => (await pool.query<{ id: string }>(sampleCompany)).rows[0]?.id ?? ''],
    [projects, newProject],
  ] as const)
    for (const [at, piece] of pieces.entries()) {
      // Those that interrupt or repeat imports take as long for each of the sixty tables.
      const laws: LawTest = (name, run) =>
        pieces === companies.pieces || /equal content|is removed|rolled back|to the last id/.test(name)
          ? test(name, run)
          : undefined
      pieceLaws(laws, {
        piece,
        kind,
        database: () => db,
        principal: ann,
        sample: async (): Promise<Sample> => {
          const resource = { kind: kind.kind, id: await newSample() }
          return { resource, ids: idsOf(pieces), shared: people }
        },
        content: (resource, queryable) => contentOf(piece, resource, queryable, pieces),
        before: pieces.slice(0, at),
      })
    }

  /** `differing`: files of what is unique, and of what stays behind. */
  async function copiesAreEqual(
    { kind, pieces }: Proposed,
    id: string,
    differing: readonly string[],
    principal: { readonly id: string } = ann,
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
      const source = { resource: { kind: kind.kind, id }, principal }
      const { archive } = await (await piecework.export(source)).result()
      assert.ok(archive)
      const contents = await contentsOf(pieces, source.resource, db)
      const empty = contents.flatMap((one) => Object.entries(one)).filter(([, rows]) => rows.length === 0)
      assert.deepEqual(empty, [])
      const imported = await (await piecework.import({ archive, principal })).result()
      const cloned = await (await piecework.clone(source)).result()
      for (const [copy, told] of [
        [imported, differing],
        // A clone has a name of its own.
        [cloned, [`${kind.table.split('.').at(-1)}.csv`]],
      ] as const) {
        const { resource } = copy
        assert.ok(resource)
        assert.deepEqual(await contentsOf(pieces, resource, db), contents)
        const { resources } = await piecework.diff(source, { resource, principal })
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

test.run()
