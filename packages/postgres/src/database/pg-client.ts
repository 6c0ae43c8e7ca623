/** What a statement reports. */
export interface PgResult {
  readonly rows: unknown[]
  readonly rowCount: number | null
  /** `SELECT`, `COMMIT`, `ROLLBACK` … */
  readonly command: string
}

export interface PgQuery {
  text: string
  values?: (string | null)[]
  types?: { getTypeParser(oid: number, format?: 'text' | 'binary'): (text: string) => unknown }
}

/** What is asked of a connection of the `pg` library. */
export interface PgClient {
  query(query: PgQuery): Promise<PgResult>
  on(event: 'error', listener: (error: Error) => void): unknown
  removeListener(event: 'error', listener: (error: Error) => void): unknown
}

/** A connection that is ours until released. */
export interface HeldClient {
  readonly client: PgClient
  /** A broken one is closed, not used again. */
  release(broken: boolean): void
}

/** Where connections come from: a pool, or the one connection of an open transaction. */
export interface PgSource {
  acquire(): Promise<HeldClient>
}
