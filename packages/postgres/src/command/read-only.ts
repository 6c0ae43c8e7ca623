import { type Database, PieceworkError, type Transaction } from '@piecework/core/store'
import { fromPg, type PgPool } from '../database/from-pg.js'

interface OwnPool extends PgPool {
  on(event: 'error', listener: () => void): unknown
  end(): Promise<void>
}

/** One transaction that can write nothing, on a connection of its own. `url`: absent, by the variables of PostgreSQL. */
export async function withReadOnly<T>(
  url: string | undefined,
  work: (tx: Transaction) => Promise<T>,
): Promise<T> {
  const pool = await openPool(url)
  try {
    const database: Database = fromPg(pool)
    return await database.transaction(work, { readOnly: true })
  } finally {
    await pool.end()
  }
}

async function openPool(url: string | undefined): Promise<OwnPool> {
  if (url !== undefined && !/^postgres(?:ql)?:\/\//.test(url))
    throw new PieceworkError(
      'options-invalid',
      'The address of the database does not begin with postgres://.',
    )
  const { default: pg } = await driver()
  const pool = new pg.Pool({
    max: 1,
    connectionTimeoutMillis: 15_000,
    application_name: 'piecework-check',
    ...(url !== undefined && { connectionString: url }),
  })
  // A connection that ends while it is idle is found by the next statement.
  pool.on('error', () => {})
  return pool
}

async function driver() {
  try {
    return await import('pg')
  } catch (cause) {
    throw new PieceworkError(
      'unsupported',
      'This needs pg: npm install pg, or npx -p @piecework/postgres -p pg piecework-check …',
      { cause },
    )
  }
}
