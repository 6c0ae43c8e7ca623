/** From the main thread to the worker; one at a time. */
export type Request =
  | { readonly type: 'open'; readonly dataDir?: string; readonly cacheDir: string }
  | { readonly type: 'query'; readonly sql: string; readonly values?: readonly (string | null)[] }
  | { readonly type: 'copy-in'; readonly sql: string; readonly records: Uint8Array }
  | { readonly type: 'copy-out'; readonly sql: string; readonly flow: SharedArrayBuffer }
  | { readonly type: 'close' }

/** Result of a statement; values are PostgreSQL's text. */
export interface TextResult {
  readonly fields: readonly { readonly name: string; readonly oid: number }[]
  readonly rows: readonly (readonly (string | null)[])[]
  readonly rowCount: number
  readonly command: string
}

/** An error of the server; the names are those of the wire protocol. */
export interface ServerError {
  readonly message: string
  readonly code?: string
  readonly detail?: string
  readonly table?: string
  readonly column?: string
  readonly constraint?: string
  /** Context, such as line and column of a COPY. */
  readonly where?: string
}

export type Reply =
  | { readonly type: 'done'; readonly result?: TextResult }
  | { readonly type: 'failed'; readonly error: ServerError }
  /** One part of a COPY; `taken` in the flow counts those that the main thread has consumed. */
  | { readonly type: 'part'; readonly bytes: Uint8Array }
