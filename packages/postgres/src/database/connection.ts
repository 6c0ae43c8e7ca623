import type { CopyTarget } from '@piecework/core/store'

/** The result of one statement. */
export interface StatementResult {
  readonly rows: unknown[]
  readonly rowCount: number
  /** `SELECT`, `COMMIT`, `ROLLBACK` … */
  readonly command: string
}

/** Statements without values that go with a COPY. Where it fails, `before` has been carried out. */
export interface AroundCopy {
  readonly before?: string
  readonly after?: string
}

/** One connection to a database; the caller sends one statement at a time. Errors are the driver's own. */
export interface Connection {
  /** Without values several statements may be sent; resolves to the result of the last one. */
  query(sql: string, values?: readonly unknown[]): Promise<StatementResult>
  /** Several statements without values as one message; resolves to the result of each. */
  script?(sql: string): Promise<readonly StatementResult[]>
  /** A source that fails, or an abort, ends the COPY in the database too. */
  copyIn(
    target: CopyTarget,
    records: AsyncIterable<Uint8Array>,
    signal: AbortSignal,
    around?: AroundCopy,
  ): Promise<number>
  /**
   * Goes at the consumer's pace. A consumer that stops early ends the COPY and keeps a usable transaction.
   * `idle` is called when the connection can take the next statement: after an abort without waiting for the
   * consumer.
   */
  copyOut(select: string, signal: AbortSignal, idle: () => void): AsyncGenerator<Uint8Array>
  /** Asks the database to cancel the running statement. The request may get lost, or not be possible. */
  cancel(): Promise<void>
}

/** A connection that is ours until released. */
export interface HeldConnection {
  readonly connection: Connection
  /** How long a cancelled statement may take to end before the connection is closed. */
  readonly cancelTimeoutMs: number
  /** Whether it was lost meanwhile. */
  lost(): boolean
  /** A broken one is closed, not used again. */
  release(broken: boolean): void
}

/** Where connections come from: a pool, the one connection of an open transaction, the embedded database. */
export interface ConnectionSource {
  acquire(): Promise<HeldConnection>
}
