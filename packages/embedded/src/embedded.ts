import { AsyncLocalStorage } from 'node:async_hooks'
import {
  check,
  checkOptions,
  type Database,
  databaseError,
  type OptionChecks,
  PieceworkError,
  type Transaction,
  type TransactionOptions,
} from '@piecework/core/store'
import type { ConnectionSource } from '@piecework/postgres/database'
import {
  ConnectionDatabase,
  Mutex,
  type SessionOptions,
  sessionChecks,
  sessionSettings,
  topLevel,
} from '@piecework/postgres/database'
import { cacheFolder } from './cache-folder.js'
import { embeddedConnection } from './embedded-connection.js'
import { WorkerPort } from './worker-port.js'

export interface EmbeddedOptions extends SessionOptions {
  /** Folder of the database, created if it is missing; one process at a time. Absent: in memory. */
  readonly dataDir?: string
  /** Folder for the dump of a new database. Default: `piecework` in the user's cache folder. */
  readonly cacheDir?: string
}

export interface EmbeddedDatabase extends Database {
  /** One connection, in this process alone: while a transaction is open, all other statements wait. */
  readonly embedded: true
  /** Waits for open transactions. */
  close(): Promise<void>
}

const embeddedChecks: OptionChecks<EmbeddedOptions> = {
  ...sessionChecks,
  dataDir: check.text,
  cacheDir: check.text,
}

/**
 * PostgreSQL with PostGIS in a thread of this process. Transactions run one after the other. A query on the
 * database itself from inside one of its transactions is refused as `unsupported`: it would wait for itself.
 */
export async function embedded(given?: EmbeddedOptions): Promise<EmbeddedDatabase> {
  const options = checkOptions('embedded()', given, embeddedChecks)
  const port = new WorkerPort()
  const { dataDir, cacheDir = cacheFolder() } = options
  try {
    await port.request({ type: 'open', cacheDir, ...(dataDir !== undefined && { dataDir }) })
  } catch (error) {
    await port.stop()
    throw databaseError(error)
  }
  return overPort(port, sessionSettings(options))
}

function overPort(port: WorkerPort, settings: Readonly<Record<string, string>>): EmbeddedDatabase {
  const mutex = new Mutex()
  const connection = embeddedConnection(port)
  const source: ConnectionSource = {
    acquire: async () => ({
      connection,
      cancelTimeoutMs: Number.POSITIVE_INFINITY,
      lost: () => false,
      release: await mutex.acquire(),
    }),
  }
  const inner = new ConnectionDatabase(source, () => topLevel(settings))
  const inside = new AsyncLocalStorage<{ open: boolean }>()

  const transaction = async <T>(
    work: (tx: Transaction) => Promise<T>,
    transactionOptions?: TransactionOptions,
  ): Promise<T> => {
    if (inside.getStore()?.open) {
      throw new PieceworkError(
        'unsupported',
        'The embedded database has one connection: inside a transaction, use the transaction.',
      )
    }
    const context = { open: true }
    try {
      return await inner.transaction((tx) => inside.run(context, () => work(tx)), transactionOptions)
    } finally {
      context.open = false
    }
  }

  return {
    embedded: true,
    transaction,
    query: (sql, values) => transaction((tx) => tx.query(sql, values)),
    close: () =>
      mutex.run(async () => {
        await port.request({ type: 'close' }).catch(() => {})
        await port.stop()
      }),
  }
}
