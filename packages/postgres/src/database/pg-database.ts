import { type Database, PieceworkError, type Transaction, type TransactionOptions } from '@piecework/core'
import { databaseError } from './database-error.js'
import type { HeldClient, PgSource } from './pg-client.js'
import { PgTransaction } from './pg-transaction.js'
import type { TransactionScope } from './transaction-scope.js'
import { untilAborted } from './until-aborted.js'

/** How long an aborted statement may take to end before its connection is given up. */
const patienceMs = 5000

/** A database over connections of `pg`. Each query is a transaction, so that the host's settings never show in its result. */
export class PgDatabase implements Database {
  readonly #source: PgSource
  readonly #scope: () => TransactionScope

  constructor(source: PgSource, scope: () => TransactionScope) {
    this.#source = source
    this.#scope = scope
  }

  query<Row extends object>(sql: string, values?: readonly unknown[]) {
    return this.transaction((tx) => tx.query<Row>(sql, values))
  }

  async transaction<T>(work: (tx: Transaction) => Promise<T>, options: TransactionOptions = {}): Promise<T> {
    const { signal, readOnly = false } = options
    signal?.throwIfAborted()
    const held = await this.#acquire(signal)
    let broken = false
    const onError = (): void => {
      broken = true
    }
    held.client.on('error', onError)
    const scope = this.#scope()
    const tx = new PgTransaction(held.client)
    try {
      await scope.begin(held.client, readOnly).catch(refused)
      const result = await untilAborted(work(tx), signal)
      if (tx.busy) throw new PieceworkError('database', 'A transaction ended before its last statement.')
      await tx.end(new PieceworkError('database', 'The transaction has ended.'))
      await scope.commit(held.client).catch(refused)
      return result
    } catch (error) {
      const reason = signal?.aborted ? signal.reason : error
      const free = await within(
        patienceMs,
        tx.end(reason).then(() => scope.rollback(held.client)),
      )
      broken ||= !free
      throw reason
    } finally {
      held.client.removeListener('error', onError)
      held.release(broken)
    }
  }

  async #acquire(signal: AbortSignal | undefined): Promise<HeldClient> {
    const acquiring = this.#source.acquire()
    try {
      return await untilAborted(acquiring, signal)
    } catch (error) {
      acquiring.then((held) => held.release(false)).catch(() => {})
      throw signal?.aborted ? signal.reason : databaseError(error)
    }
  }
}

function refused(error: unknown): never {
  throw databaseError(error)
}

/** Whether `work` succeeded in time. */
async function within(ms: number, work: Promise<void>): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<boolean>((resolve) => {
    timer = setTimeout(resolve, ms, false)
  })
  try {
    return await Promise.race([
      work.then(
        () => true,
        () => false,
      ),
      late,
    ])
  } finally {
    clearTimeout(timer)
  }
}
