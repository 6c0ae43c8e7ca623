import { type Database, keyTwice, type Lease, type Queryable } from '@piecework/core/store'
import { defaults } from '../../defaults.js'
import { addRanges, columnsOf, type RangeRow, rangeOf } from '../postgres-keys.js'

/** Of the row that says whether all ranges are there; no node has this name. */
const allThere = 'key ranges of the store'

/**
 * Copies numbers that the job has reserved into a database in which it is about to write rows: all that it will ever have,
 * for no shell is made before. Once for a job and database; who comes meanwhile copies too.
 */
export async function copyFromStore(control: Database, database: Database, job: string): Promise<void> {
  const { rows } = await control.query<{ some: boolean }>(
    'SELECT EXISTS (SELECT FROM piecework.key_ranges WHERE job_id = $1) AS some',
    [job],
  )
  if (rows[0]?.some !== true) return
  // First the row by which what is here is found and dropped, also if this process dies now.
  const { rows: known } = await database.query<{ done: boolean }>(
    `INSERT INTO piecework.attempts AS a (job_id, node_id, fence) VALUES ($1, $2, 0)
     ON CONFLICT (job_id, node_id) DO UPDATE SET fence = a.fence RETURNING result IS NOT NULL AS done`,
    [job, allThere],
  )
  if (known[0]?.done === true) return
  for await (const page of pagesOf(control, job))
    await database.query(
      `INSERT INTO piecework.key_ranges (job_id, table_name, old_from, new_from, length)
       SELECT $1, g.* FROM unnest($2::text[], $3::int8[], $4::int8[], $5::int8[]) AS g(table_name, old_from, new_from, length)
       ON CONFLICT DO NOTHING`,
      [job, page.map(({ table_name }) => table_name), ...columnsOf(page.map(rangeOf))],
    )
  await database.query(`UPDATE piecework.attempts SET result = 'true' WHERE job_id = $1 AND node_id = $2`, [
    job,
    allThere,
  ])
}

/**
 * Copies what a node has reserved in a database into the transaction in which the store learns of it. Throws
 * `archive-invalid` or `source-changed` for an old key that another node has reserved a new one for.
 */
export async function copyToStore(database: Database, { job, node }: Lease, tx: Queryable): Promise<void> {
  for await (const page of pagesOf(database, job.id, node.id))
    for (const table of new Set(page.map(({ table_name }) => table_name))) {
      const ranges = page.filter(({ table_name }) => table_name === table).map(rangeOf)
      if (!(await addRanges(tx, job.id, table, ranges))) throw keyTwice(job, table)
    }
}

interface Row extends RangeRow {
  readonly table_name: string
}

async function* pagesOf(database: Database, job: string, node?: string): AsyncGenerator<readonly Row[]> {
  const limit = defaults.keyRangesPerPage
  let last: Row | undefined
  let page: readonly Row[]
  do {
    const { rows } = await database.query<Row>(
      `SELECT k.table_name, k.old_from::text, k.new_from::text, k.length::text FROM piecework.key_ranges k
       WHERE k.job_id = $1 AND ($2::text IS NULL OR (k.table_name, k.old_from) > ($2::text, $3::int8))
         ${node === undefined ? '' : 'AND k.node_id = $5'} ORDER BY k.table_name, k.old_from LIMIT $4::int`,
      [job, last?.table_name ?? null, last?.old_from ?? null, limit, ...(node === undefined ? [] : [node])],
    )
    page = rows
    last = page.at(-1)
    if (page.length > 0) yield page
  } while (page.length === limit)
}
