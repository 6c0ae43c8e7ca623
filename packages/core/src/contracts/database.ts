/** What Piecework asks of a database connection. Adapters for pg, knex and the embedded database are in @piecework/postgres. */
export interface Queryable {
  /** Values are bound, never spliced. `rowCount` is the number of rows affected or returned. */
  query<Row extends object = Record<string, unknown>>(
    sql: string,
    values?: readonly unknown[],
  ): Promise<{ readonly rows: Row[]; readonly rowCount: number }>
}

export interface CopyTarget {
  /** As SQL: quoted and qualified by whoever calls. */
  readonly table: string
  /** Unquoted names. */
  readonly columns: readonly string[]
}

export interface Transaction extends Queryable {
  /**
   * `COPY … FROM STDIN` in CSV format without a header. Every chunk must end at the end of a record, because the
   * embedded database takes each one as a COPY of its own. Resolves to the number of rows.
   */
  copyIn(target: CopyTarget, csv: AsyncIterable<Uint8Array>): Promise<number>
  /** `COPY (select) TO STDOUT` in CSV format with a header. Takes no bind parameters. Chunks end anywhere. */
  copyOut(select: string): AsyncIterable<Uint8Array>
}

export interface TransactionOptions {
  /** REPEATABLE READ READ ONLY: one snapshot, no writes. */
  readonly readOnly?: boolean
  /** Ends the transaction, and what runs in it, when aborted. */
  readonly signal?: AbortSignal
}

export interface Database extends Queryable {
  /** Commits when `work` resolves, rolls back when it rejects. */
  transaction<T>(work: (tx: Transaction) => Promise<T>, options?: TransactionOptions): Promise<T>
}
