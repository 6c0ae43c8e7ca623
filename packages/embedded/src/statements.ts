import { type messages, type PGlite, protocol } from '@electric-sql/pglite'
import { defaults } from './defaults.js'
import type { Flow } from './flow.js'
import type { TextResult } from './messages.js'

/**
 * Sends one statement, or several without values, and keeps the values as text. Throws the errors of the
 * database. @internal
 */
export async function query(
  database: PGlite,
  sql: string,
  values: readonly (string | null)[] | undefined,
): Promise<TextResult> {
  const { serialize } = protocol
  const request =
    values === undefined
      ? serialize.query(sql)
      : Buffer.concat([
          serialize.parse({ text: sql }),
          serialize.bind({ values: [...values] }),
          serialize.describe({ type: 'P' }),
          serialize.execute({}),
          serialize.sync(),
        ])
  const replies = (await database.execProtocol(request, { throwOnError: false })).messages
  return resultOf(replies)
}

interface Message {
  readonly name: string
}

function resultOf(replies: readonly Message[]): TextResult {
  let result: TextResult = { fields: [], rows: [], rowCount: 0, command: '' }
  let fields: TextResult['fields'] = []
  let rows: (readonly (string | null)[])[] = []
  let error: unknown
  for (const reply of replies) {
    if (reply.name === 'rowDescription') {
      const description = reply as messages.RowDescriptionMessage
      fields = description.fields.map(({ name, dataTypeID }) => ({ name, oid: dataTypeID }))
      rows = []
    } else if (reply.name === 'dataRow') {
      rows.push((reply as messages.DataRowMessage).fields)
    } else if (reply.name === 'commandComplete') {
      const words = (reply as messages.CommandCompleteMessage).text.split(' ')
      const count = Number(words.at(-1))
      result = { fields, rows, rowCount: Number.isNaN(count) ? 0 : count, command: words[0] ?? '' }
      ;[fields, rows] = [[], []]
    } else if (reply.name === 'error') error ??= reply
  }
  if (error !== undefined) throw error
  return result
}

/** Rows in one COPY from memory. @internal */
export async function copyIn(database: PGlite, sql: string, records: Uint8Array): Promise<TextResult> {
  const [result] = await database.exec(sql, { blob: new Blob([new Uint8Array(records)]) })
  return { fields: [], rows: [], rowCount: result?.rowCount ?? 0, command: 'COPY' }
}

/** Sends the rows of a COPY in parts. Blocks this thread while too many parts wait. @internal */
export async function copyOut(
  database: PGlite,
  sql: string,
  flow: Flow,
  send: (part: Uint8Array) => void,
): Promise<void> {
  const parser = new protocol.Parser()
  let part = Buffer.allocUnsafeSlow(defaults.copyOutBytes)
  let used = 0
  let wanted = true
  let error: unknown
  const flush = (): void => {
    if (used > 0 && wanted) wanted = flow.maySend()
    if (used > 0 && wanted) {
      send(part.subarray(0, used))
      part = Buffer.allocUnsafeSlow(defaults.copyOutBytes)
    }
    used = 0
  }
  const add = (row: Uint8Array): void => {
    if (!wanted) return
    if (used + row.length > part.length) flush()
    if (row.length > part.length) {
      if (wanted) wanted = flow.maySend()
      if (wanted) send(Buffer.from(row))
    } else {
      part.set(row, used)
      used += row.length
    }
  }
  await database.execProtocolRawStream(protocol.serialize.query(sql), {
    onRawData: (bytes) => {
      parser.parse(new Uint8Array(bytes), (message) => {
        if (message.name === 'copyData') add((message as messages.CopyDataMessage).chunk)
        else if (message.name === 'error') error ??= message
      })
    },
  })
  if (error !== undefined) throw error
  flush()
}
