import type { Database, Environment, Transaction } from '@piecework/core/store'
import { embedded } from '@piecework/embedded'
import { fromPg, postgresStore } from '@piecework/postgres'
import { scratchDatabase } from '@piecework/test-support'
import type { MakeServer, ServerSettings } from '@piecework/testkit'
import pg from 'pg'

export interface PostgresServer {
  /** Empties it for each simulation: one at a time. */
  readonly make: MakeServer
  close(): Promise<void>
}

/**
 * PostgreSQL as a server of several processes, each with a store of its own. It has one connection: transactions run one
 * after the other, and its time is the one of the simulation. `url`: of a server; without one it is the embedded database.
 */
export async function postgresServer(url?: string): Promise<PostgresServer> {
  const { database: real, close } = await (url === undefined ? inThisProcess() : onServer(url))
  await postgresStore({ database: real }).migrate()
  await real.query(
    `CREATE OR REPLACE FUNCTION piecework.now() RETURNS timestamptz LANGUAGE sql VOLATILE AS
       $$ SELECT current_setting('simulation.now')::timestamptz $$`,
  )
  const { rows } = await real.query<{ name: string }>(
    `SELECT string_agg(format('piecework.%I', tablename), ', ' ORDER BY tablename) AS name FROM pg_tables
     WHERE schemaname = 'piecework' AND tablename <> 'migrations'`,
  )
  const empty = `TRUNCATE ${rows[0]?.name} RESTART IDENTITY CASCADE`
  return {
    make: async (settings) => {
      await settings.outside(() => real.query(empty))
      const database = oneConnection(real, settings)
      const { leaseMs } = settings
      return { database, connect: (environment) => postgresStore({ database, environment, leaseMs }) }
    },
    close,
  }
}

interface OpenDatabase {
  readonly database: Database
  close(): Promise<void>
}

async function inThisProcess(): Promise<OpenDatabase> {
  const database = await embedded()
  return { database, close: () => database.close() }
}

async function onServer(url: string): Promise<OpenDatabase> {
  const scratch = await scratchDatabase({ url })
  const pool = new pg.Pool({ connectionString: scratch.url, max: 1 })
  pool.on('error', () => {})
  const close = async (): Promise<void> => {
    await pool.end()
    await scratch.drop()
  }
  return { database: fromPg(pool), close }
}

/** No simulated time passes while the database works; it does while a transaction waits for its process. */
function oneConnection(real: Database, { outside, environment }: ServerSettings): Database {
  let last: Promise<unknown> = Promise.resolve()
  const begin = (): (() => void) => {
    let end = (): void => undefined
    const busy = new Promise<void>((resolve) => {
      end = resolve
    })
    void outside(() => busy)
    return () => end()
  }
  const alone: Database['transaction'] = async (work, options = {}) => {
    const { signal } = options
    let end = begin()
    // What is aborted is rolled back, which takes the database's time.
    const onAbort = (): void => {
      end()
      end = begin()
    }
    signal?.addEventListener('abort', onAbort, { once: true })
    try {
      return await real.transaction(async (tx) => {
        const seen = transactionOf(tx, environment, outside)
        await tx.query(`SELECT set_config('simulation.now', $1, true)`, [timeOf(environment)])
        end()
        try {
          return await work(seen)
        } finally {
          end = begin()
        }
      }, options)
    } finally {
      signal?.removeEventListener('abort', onAbort)
      end()
    }
  }
  const transaction: Database['transaction'] = (work, options) => {
    const result = last.then(() => alone(work, options))
    last = result.catch(() => undefined)
    return result
  }
  return { transaction, query: (sql, values) => transaction((tx) => tx.query(sql, values)) }
}

function transactionOf(
  tx: Transaction,
  environment: Environment,
  outside: ServerSettings['outside'],
): Transaction {
  let at = timeOf(environment)
  return {
    ...tx,
    query: (sql, values) =>
      outside(async () => {
        const now = timeOf(environment)
        if (now !== at) await tx.query(`SELECT set_config('simulation.now', $1, true)`, [now])
        at = now
        return tx.query(sql, values)
      }),
  }
}

const timeOf = (environment: Environment): string => new Date(environment.now()).toISOString()
