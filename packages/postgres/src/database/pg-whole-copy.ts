import type { PgClient } from './pg-client.js'
import { submit } from './pg-submit.js'

/** What pg gives a query to speak through. */
interface Wire {
  query(text: string): void
  readonly stream: {
    cork(): void
    uncork(): void
    write(bytes: Uint8Array): unknown
  }
}

interface Settle {
  resolve(rows: number): void
  reject(error: unknown): void
}

/**
 * A COPY of rows that are all there, as pg takes queries: they go out together, and no stream is made for them. The
 * statements of `sql` before and after the COPY may return rows, which are left out.
 */
class WholeCopy {
  readonly #sql: string
  readonly #rows: Uint8Array
  readonly #settle: Settle
  #copied = 0

  constructor(sql: string, rows: Uint8Array, settle: Settle) {
    this.#sql = sql
    this.#rows = rows
    this.#settle = settle
  }

  /** pg puts its time limit around it. */
  callback(): void {}

  submit(wire: Wire): void {
    wire.query(this.#sql)
  }

  handleCopyInResponse({ stream }: Wire): void {
    const head = Buffer.alloc(5)
    head.writeUInt8(copyData)
    head.writeUInt32BE(this.#rows.length + 4, 1)
    stream.cork()
    if (this.#rows.length > 0) for (const bytes of [head, this.#rows]) stream.write(bytes)
    stream.write(copyDone)
    stream.uncork()
  }

  handleRowDescription(): void {}

  handleDataRow(): void {}

  handleCommandComplete({ text }: { readonly text: string }): void {
    const [, rows] = /^COPY (\d+)$/.exec(text) ?? []
    if (rows !== undefined) this.#copied = Number(rows)
  }

  handleError(error: unknown): void {
    this.callback()
    this.#settle.reject(error)
  }

  handleReadyForQuery(): void {
    this.callback()
    this.#settle.resolve(this.#copied)
  }
}

/** @see https://www.postgresql.org/docs/current/protocol-message-formats.html */
const copyData = 0x64
const copyDone = Buffer.from([0x63, 0, 0, 0, 4])

export const wholeCopy = (client: PgClient, sql: string, rows: Uint8Array): Promise<number> =>
  new Promise((resolve, reject) => void submit(client, new WholeCopy(sql, rows, { resolve, reject })))
