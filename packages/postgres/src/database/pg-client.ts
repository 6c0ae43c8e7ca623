export interface PgResult {
  readonly rows: unknown[]
  readonly rowCount: number | null
  readonly command: string
}

interface PgQuery {
  text: string
  values?: (string | null)[]
  types?: { getTypeParser(oid: number, format?: 'text' | 'binary'): (text: string) => unknown }
}

/** A connection of the library `pg`. */
export interface PgClient {
  query(query: PgQuery): Promise<PgResult>
  on(event: 'error', listener: (error: Error) => void): unknown
  removeListener(event: 'error', listener: (error: Error) => void): unknown
}
