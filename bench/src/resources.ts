import { randomUUID } from 'node:crypto'
import {
  createPiecework,
  type JobReport,
  memoryArtifacts,
  type Piecework,
  type ResourceKind,
} from '@piecework/core'
import { fromPg, postgresStore, tablePiece } from '@piecework/postgres'
import { inProcess } from '@piecework/runtime-inprocess'
import { Pool } from 'pg'
import { type Bench, type Measure, median, timed } from './measure.js'
import { pagesByHand } from './pages-by-hand.js'
import { Databases } from './planning/databases.js'
import { principal } from './world.js'

const resources = 10_000
/** For one resource of one row, from the request to the end of its job. */
const limitMs = { export: 2, import: 3, clone: 2 }
type Work = keyof typeof limitMs
/** The same rows in as many transactions and messages as an import has, without an import. */
type Timed = Work | 'by hand'

/** Jobs over a book of many pages, each with one row: what a resource costs, and whether that grows with their number. */
export const resourcesBench: Bench = async ({ runs, url, log }) => {
  const databases = new Databases(url)
  const pool = new Pool({ connectionString: await databases.create(), max: 8 })
  // The database is dropped while connections are still being closed.
  pool.on('error', () => {})
  try {
    const piecework = await host(pool)
    const times = new Map<string, number[]>()
    const keep = (work: Timed, count: number, seconds: number) => {
      const key = `${work} ${count}`
      times.set(key, [...(times.get(key) ?? []), (seconds * 1000) / count])
    }
    await round(piecework, await book(pool, 100), () => {})
    for (let run = 1; run <= runs; run++)
      for (const count of [resources / 10, resources]) {
        log(`run ${run} of ${runs}: ${count} resources`)
        const id = await book(pool, count)
        await round(piecework, id, (work, seconds) => keep(work, count, seconds))
        keep('by hand', count, await timed(() => pagesByHand(pool, id, count)))
      }
    await piecework.stop()
    const byHand = median(times.get(`by hand ${resources}`) ?? [])
    return (['export', 'import', 'clone'] as const).flatMap((work) =>
      measures(work, times.get(`${work} ${resources}`) ?? [], {
        few: times.get(`${work} ${resources / 10}`) ?? [],
        byHand,
      }),
    )
  } finally {
    await pool.end()
    await databases.dropAll()
  }
}

function measures(
  work: Work,
  many: readonly number[],
  { few, byHand }: { readonly few: readonly number[]; readonly byHand: number },
): readonly Measure[] {
  const round = (value: number) => Math.round(value * 100) / 100
  const [ofMany, ofFew] = [median(many), median(few)]
  const facts = {
    resources,
    msEach: round(ofMany),
    msEachOfTenth: round(ofFew),
    msEachByHand: round(byHand),
    timesByHand: round(ofMany / byHand),
  }
  return [
    {
      name: `resources/${work}`,
      ratio: round(limitMs[work] / ofMany),
      reach: 0.5,
      aim: 1,
      limitMs: limitMs[work],
      ...facts,
    },
    { name: `resources/${work}-growth`, ratio: round(ofFew / ofMany), reach: 0.7, aim: 0.9, ...facts },
  ]
}

async function round(
  piecework: Piecework,
  id: string,
  keep: (work: Work, seconds: number) => void,
): Promise<void> {
  const resource = { kind: 'book', id }
  const measure = async (work: Work, job: () => Promise<JobReport>): Promise<JobReport> => {
    let report: JobReport | undefined
    keep(
      work,
      await timed(async () => {
        report = await job()
      }),
    )
    if (report?.job.status !== 'succeeded') throw new Error(`${work} failed: ${report?.job.error?.message}`)
    return report
  }
  const exported = await measure('export', async () =>
    (await piecework.export({ resource, principal })).ended(),
  )
  const { archive } = exported.job.result
  if (!archive) throw new Error('no archive')
  await measure('import', async () => (await piecework.import({ archive, principal })).ended())
  await measure('clone', async () => (await piecework.clone({ resource, principal })).ended())
}

async function book(pool: Pool, pages: number): Promise<string> {
  const id = randomUUID()
  await pool.query('TRUNCATE books, pages, lines')
  await pool.query(`INSERT INTO books VALUES ($1, 'bench', true)`, [id])
  await pool.query('INSERT INTO pages (book_id) SELECT $1 FROM generate_series(1, $2::int)', [id, pages])
  await pool.query(`INSERT INTO lines (page_id, text) SELECT id, 'text' FROM pages`)
  await pool.query('VACUUM ANALYZE books, pages, lines')
  return id
}

async function host(pool: Pool): Promise<Piecework> {
  const database = fromPg(pool)
  const store = postgresStore({ database })
  await store.migrate()
  await pool.query(`
    CREATE TABLE books (id uuid PRIMARY KEY, name text, ready boolean NOT NULL);
    CREATE TABLE pages (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), book_id uuid NOT NULL REFERENCES books ON DELETE CASCADE);
    CREATE TABLE lines (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), page_id uuid NOT NULL REFERENCES pages ON DELETE CASCADE, text text);
    CREATE INDEX ON pages (book_id);
    CREATE INDEX ON lines (page_id)`)
  const lines = tablePiece({
    name: 'page/lines',
    of: 'page',
    version: 1,
    tables: [{ table: 'lines', owner: 'page_id', order: ['text'] }],
  })
  const piecework = createPiecework({
    packs: [{ name: 'bench', kinds: [bookKind, pageKind], pieces: [lines] }],
    store,
    artifacts: memoryArtifacts(),
    runtime: inProcess({ concurrency: 4 }),
  })
  await piecework.start()
  return piecework
}

const bookKind: ResourceKind = {
  kind: 'book',
  table: 'books',
  describe: async ({ id }, db) =>
    (await db.query<{ name: string }>('SELECT name FROM books WHERE id = $1', [id])).rows[0],
  shell: {
    create: async ({ ref, name }, tx) =>
      void (await tx.query('INSERT INTO books VALUES ($1, $2, false)', [ref.id, name])),
    ready: async ({ id }, tx) => void (await tx.query('UPDATE books SET ready = true WHERE id = $1', [id])),
    remove: async ({ id }, tx) => void (await tx.query('DELETE FROM books WHERE id = $1', [id])),
  },
}

const pageKind: ResourceKind = {
  kind: 'page',
  parent: 'book',
  table: 'pages',
  parentOf: async ({ id }, db) => {
    const { rows } = await db.query<{ id: string }>('SELECT book_id AS id FROM pages WHERE id = $1', [id])
    return rows[0] && { kind: 'book', id: rows[0].id }
  },
  listUnder: async ({ id }, db) => {
    const sql = 'SELECT id FROM pages WHERE book_id = $1 ORDER BY id'
    return (await db.query<{ id: string }>(sql, [id])).rows.map((row) => ({ kind: 'page', id: row.id }))
  },
  describe: async ({ id }) => ({ name: id }),
  shell: {
    create: async ({ ref, parent }, tx) =>
      void (await tx.query('INSERT INTO pages VALUES ($1, $2)', [ref.id, parent?.id])),
    createAll: async (shells, tx) => {
      const columns = [shells.map(({ ref }) => ref.id), shells.map(({ parent }) => parent?.id)]
      await tx.query('INSERT INTO pages SELECT * FROM unnest($1::uuid[], $2::uuid[])', columns)
    },
    ready: async () => {},
    remove: async ({ id }, tx) => void (await tx.query('DELETE FROM pages WHERE id = $1', [id])),
  },
}
