import {
  type CopyTarget,
  check,
  checkOptions,
  type OptionChecks,
  PieceworkError,
  required,
  type Transaction,
} from '@piecework/core/store'
import type { AroundCopy, Connection, StatementResult } from './connection.js'
import { Mutex } from './mutex.js'
import { Source } from './source.js'
import { statementError } from './statement-error.js'

const copyChecks: OptionChecks<CopyTarget> = {
  table: required(check.text),
  columns: required(check.list(check.text)),
  format: check.oneOf('csv', 'binary'),
}

/** One open transaction on one connection. Statements run one after the other; after `end` there are none. */
export class OpenTransaction implements Transaction {
  readonly #connection: Connection
  readonly #mutex = new Mutex()
  readonly #ended = new AbortController()
  #running = 0
  #copying = false

  constructor(connection: Connection) {
    this.#connection = connection
  }

  query<Row extends object>(sql: string, values?: readonly unknown[]) {
    return this.#noticed(() => this.#query<Row>(sql, values))
  }

  /** Several statements as one message. */
  async script(sql: string): Promise<readonly StatementResult[]> {
    const leave = await this.#enter(false)
    try {
      return (await this.#connection.script?.(sql)) ?? []
    } catch (error) {
      throw this.#reason(error)
    } finally {
      leave()
    }
  }

  copyIn(target: CopyTarget, records: AsyncIterable<Uint8Array>): Promise<number> {
    return this.#noticed(() => this.#copyIn(target, records))
  }

  /** The same with statements around it, of which the database is told at once. */
  copyInBetween(target: CopyTarget, records: AsyncIterable<Uint8Array>, around: AroundCopy): Promise<number> {
    return this.#noticed(() => this.#copyIn(target, records, around))
  }

  async #query<Row extends object>(sql: string, values?: readonly unknown[]) {
    const leave = await this.#enter(false)
    try {
      const { rows, rowCount } = await this.#connection.query(sql, values)
      return { rows: rows as Row[], rowCount }
    } catch (error) {
      throw this.#reason(error)
    } finally {
      leave()
    }
  }

  async #copyIn(
    target: CopyTarget,
    records: AsyncIterable<Uint8Array>,
    around?: AroundCopy,
  ): Promise<number> {
    checkOptions('copyIn()', target, copyChecks)
    const leave = await this.#enter(true)
    const source = new Source(records)
    try {
      return await this.#connection.copyIn(target, source, this.#ended.signal, around)
    } catch (error) {
      throw source.failed ? source.error : this.#reason(error)
    } finally {
      leave()
    }
  }

  async *copyOut(select: string): AsyncGenerator<Uint8Array> {
    const leave = await this.#enter(true)
    try {
      yield* this.#connection.copyOut(select, this.#ended.signal, leave)
    } catch (error) {
      throw this.#reason(error)
    } finally {
      leave()
    }
  }

  /**
   * A statement that its caller does not wait for, and that fails, fails the transaction: a commit finds that. It must
   * not end the process, as an unhandled rejection would. Of what is refused, nothing else would tell.
   */
  #noticed<T>(statement: () => Promise<T>): Promise<T> {
    const isRefused = this.#ended.signal.aborted || this.#copying
    const result = statement()
    if (!isRefused) result.catch(() => {})
    return result
  }

  get busy(): boolean {
    return this.#running > 0
  }

  /** Refuses later statements, cancels the running one, and resolves when the connection is free. */
  async end(reason: unknown): Promise<void> {
    this.#ended.abort(reason)
    if (this.#running > 0) await this.#connection.cancel()
    await this.#mutex.run(async () => {})
  }

  async #enter(copying: boolean): Promise<() => void> {
    if (this.#copying) {
      throw new PieceworkError('unsupported', 'A transaction takes no other statement during a COPY.')
    }
    const leave = await this.#mutex.acquire(this.#ended.signal)
    this.#running++
    this.#copying = copying
    let left = false
    return () => {
      if (left) return
      left = true
      this.#running--
      this.#copying = false
      leave()
    }
  }

  /** Why the transaction has ended, if it has; otherwise the error of the database. */
  #reason(error: unknown): unknown {
    if (this.#ended.signal.aborted) return this.#ended.signal.reason
    return statementError(error)
  }
}
