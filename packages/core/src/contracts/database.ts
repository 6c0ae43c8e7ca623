/**
 * What Piecework asks of a database connection. Adapters for pg, knex and the embedded database are in
 * @piecework/postgres.
 */
export interface Queryable {
  /** Values are bound, never spliced. `rowCount` is the number of rows affected or returned. */
  query<Row extends object = Record<string, unknown>>(
    sql: string,
    values?: readonly unknown[],
  ): Promise<{ readonly rows: Row[]; readonly rowCount: number }>
}

export interface CopyTarget {
  /** As SQL: quoted and qualified by the caller. */
  readonly table: string
  /** Unquoted names. */
  readonly columns: readonly string[]
  /**
   * As PostgreSQL names them; default `csv`, without a header. `binary`: rows without the signature before
   * them and the trailer behind them, which adapters write. Only for rows that are made here: nothing that
   * comes from outside is passed on as binary.
   */
  readonly format?: 'csv' | 'binary'
}

export interface Transaction extends Queryable {
  /**
   * `COPY … FROM STDIN`. Every chunk must end at the end of a record, because the embedded database takes
   * each one as a COPY of its own. Resolves to the number of rows.
   */
  copyIn(target: CopyTarget, records: AsyncIterable<Uint8Array>): Promise<number>
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
