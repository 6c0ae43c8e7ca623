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
import { defaults } from '../defaults.js'
import type { ConnectionSource, HeldConnection } from './connection.js'
import { OpenTransaction } from './open-transaction.js'
import type { TransactionScope } from './transaction-scope.js'
import { untilAborted } from './until-aborted.js'

const transactionChecks: OptionChecks<TransactionOptions> = { readOnly: check.flag, signal: check.signal }

/**
 * A database over single connections. Each query is a transaction, so that the host's settings never show in
 * its result.
 */
export class ConnectionDatabase implements Database {
  readonly #source: ConnectionSource
  readonly #scope: () => TransactionScope

  constructor(source: ConnectionSource, scope: () => TransactionScope) {
    this.#source = source
    this.#scope = scope
  }

  query<Row extends object>(sql: string, values?: readonly unknown[]) {
    return this.transaction((tx) => tx.query<Row>(sql, values))
  }

  async transaction<T>(work: (tx: Transaction) => Promise<T>, options?: TransactionOptions): Promise<T> {
    const checked = options ? checkOptions('transaction()', options, transactionChecks) : {}
    return this.within(this.#scope(), work, checked)
  }

  protected async within<T>(
    scope: TransactionScope,
    work: (tx: OpenTransaction) => Promise<T>,
    { signal, readOnly = false }: TransactionOptions,
  ): Promise<T> {
    signal?.throwIfAborted()
    const held = await this.#acquire(signal)
    let broken = false
    let working: Promise<unknown> = Promise.resolve()
    const tx = new OpenTransaction(held.connection)
    try {
      await scope.begin(held.connection, readOnly).catch(refused)
      const made = work(tx)
      working = made
      const result = await untilAborted(made, signal)
      if (tx.busy) throw new PieceworkError('database', 'A transaction ended before its last statement.')
      await tx.end(new PieceworkError('database', 'The transaction has ended.'))
      await scope.commit(held.connection).catch(refused)
      return result
    } catch (error) {
      const reason = signal?.aborted ? signal.reason : error
      const free = await inTime(
        held.cancelTimeoutMs,
        tx.end(reason).then(() => scope.rollback(held.connection)),
      )
      broken = !free
      await inTime(defaults.abortGraceMs, ended(working))
      throw reason
    } finally {
      held.release(broken || held.lost())
    }
  }

  async #acquire(signal: AbortSignal | undefined): Promise<HeldConnection> {
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

async function ended(work: Promise<unknown>): Promise<void> {
  await work.catch(() => {})
}

/** Whether `work` succeeded in time. */
async function inTime(ms: number, work: Promise<void>): Promise<boolean> {
  if (ms === Number.POSITIVE_INFINITY) return succeeded(work)
  let timer: NodeJS.Timeout | undefined
  const timeout = new Promise<boolean>((resolve) => {
    timer = setTimeout(resolve, ms, false)
  })
  try {
    return await Promise.race([succeeded(work), timeout])
  } finally {
    clearTimeout(timer)
  }
}

const succeeded = (work: Promise<void>): Promise<boolean> =>
  work.then(
    () => true,
    () => false,
  )
