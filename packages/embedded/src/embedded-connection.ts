import type { Connection } from '@piecework/postgres/database'
import {
  binaryRowsBegin,
  binaryRowsEnd,
  bindValue,
  copyInSql,
  copyOutSql,
  valueParser,
} from '@piecework/postgres/database'
import { defaults } from './defaults.js'
import { Flow } from './flow.js'
import type { TextResult } from './messages.js'
import { PartQueue } from './part-queue.js'
import type { WorkerPort } from './worker-port.js'

/** The embedded database's one connection. */
export function embeddedConnection(port: WorkerPort): Connection {
  const query: Connection['query'] = async (sql, values) => {
    const result = await port.request({
      type: 'query',
      sql,
      ...(values && { values: values.map(bindValue) }),
    })
    return { rows: rowsOf(result), rowCount: result?.rowCount ?? 0, command: result?.command ?? '' }
  }
  return {
    query,
    copyIn: async (target, records, signal, { before, after } = {}) => {
      if (before !== undefined) await query(before)
      const sql = copyInSql(target, `'/dev/blob'`)
      const binary = target.format === 'binary'
      let rows = 0
      let lines = 0
      for await (const part of parts(records, binary)) {
        signal.throwIfAborted()
        const result = await port.request({ type: 'copy-in', sql, records: part }).catch((error: unknown) => {
          throw linesLater(error, lines)
        })
        const added = result?.rowCount ?? 0
        rows += added
        lines += binary ? added : newlines(part)
      }
      signal.throwIfAborted()
      if (after !== undefined) await query(after)
      return rows
    },
    async *copyOut(select, signal, idle) {
      await query('SAVEPOINT piecework_copy')
      const flow = new Flow()
      const queue = new PartQueue()
      const copied = port
        .request({ type: 'copy-out', sql: copyOutSql(select), flow: flow.shared }, (part) => queue.put(part))
        .then(
          () => queue.end(),
          (error: unknown) => queue.end(error),
        )
      const stop = (): void => {
        flow.stop()
        queue.end(signal.reason)
        copied.then(() => query('ROLLBACK TO SAVEPOINT piecework_copy')).then(idle, idle)
      }
      signal.addEventListener('abort', stop, { once: true })
      if (signal.aborted) stop()
      let complete = false
      try {
        for (let part = await queue.take(); part !== undefined; part = await queue.take()) {
          flow.taken()
          yield part
        }
        complete = true
      } finally {
        signal.removeEventListener('abort', stop)
        if (!signal.aborted) {
          flow.stop()
          await copied
          await query(`${complete ? 'RELEASE' : 'ROLLBACK TO'} SAVEPOINT piecework_copy`)
          idle()
        }
      }
    },
    // WebAssembly cannot be interrupted: a statement runs to its end.
    cancel: async () => {},
  }
}

function rowsOf(result: TextResult | undefined): Record<string, unknown>[] {
  const columns = (result?.fields ?? []).map(({ name, oid }) => ({ name, parse: valueParser(oid) }))
  return (result?.rows ?? []).map((row) =>
    Object.fromEntries(
      columns.map(({ name, parse }, at) => {
        const text = row[at]
        return [name, text === null || text === undefined ? null : parse(text)]
      }),
    ),
  )
}

/** Each part is a COPY by itself, whose lines are counted from 1 again. */
function linesLater(error: unknown, lines: number): unknown {
  const { where } = error as { where?: unknown }
  if (typeof where !== 'string') return error
  const later = where.replace(/^(COPY .+?, \S+ )(\d+)/, (_, head, line) => head + (Number(line) + lines))
  return Object.assign(error as Error, { where: later })
}

function newlines(bytes: Uint8Array): number {
  let count = 0
  for (let at = bytes.indexOf(0x0a); at !== -1; at = bytes.indexOf(0x0a, at + 1)) count++
  return count
}

/** Joins chunks, so that one COPY is neither tiny nor unbounded. */
async function* parts(records: AsyncIterable<Uint8Array>, binary: boolean): AsyncGenerator<Uint8Array> {
  const whole = (chunks: readonly Uint8Array[]) =>
    Buffer.concat(binary ? [binaryRowsBegin, ...chunks, binaryRowsEnd] : chunks)
  let chunks: Uint8Array[] = []
  let bytes = 0
  for await (const chunk of records) {
    chunks.push(chunk)
    bytes += chunk.length
    if (bytes < defaults.copyInBytes) continue
    yield whole(chunks)
    chunks = []
    bytes = 0
  }
  if (bytes > 0) yield whole(chunks)
}
