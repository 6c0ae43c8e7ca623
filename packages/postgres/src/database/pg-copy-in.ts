import { Readable, Writable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { CopyTarget } from '@piecework/core/store'
import { from } from 'pg-copy-streams'
import { defaults } from '../defaults.js'
import { binaryRowsBegin, binaryRowsEnd } from './binary-frame.js'
import type { AroundCopy } from './connection.js'
import { copyInSql } from './copy-sql.js'
import type { PgClient } from './pg-client.js'
import { submit } from './pg-submit.js'
import { wholeCopy } from './pg-whole-copy.js'
import { untilAborted } from './until-aborted.js'

/** `Connection.copyIn` on a server: a few rows go at once, many as they come. */
export async function pgCopyIn(
  client: PgClient,
  target: CopyTarget,
  records: AsyncIterable<Uint8Array>,
  { before, after, signal }: AroundCopy & { readonly signal: AbortSignal },
): Promise<number> {
  const rows = target.format === 'binary' ? framed(records) : records
  const sql = [before, copyInSql(target, 'STDIN'), after].filter((one) => one !== undefined).join('; ')
  const begun = await firstOf(rows[Symbol.asyncIterator](), defaults.wholeCopyBytes, signal).catch(
    async (error: unknown) => {
      if (before !== undefined && !signal.aborted) await client.query({ text: before })
      throw error
    },
  )
  if (begun.rest === undefined) return wholeCopy(client, sql, Buffer.concat(begun.chunks))
  const copy = Object.assign(submit(client, from(sql)), resultsLeftOut)
  await pipeline(Readable.from(joined(begun.chunks, begun.rest), { objectMode: false }), sinkOf(copy), {
    signal,
  })
  return copy.rowCount
}

/** Of the statements around. */
const resultsLeftOut = { handleRowDescription: () => {}, handleDataRow: () => {} }

interface BegunRows {
  readonly chunks: readonly Uint8Array[]
  /** There are more than `bytes`. */
  readonly rest?: AsyncIterator<Uint8Array>
}

async function firstOf(
  rest: AsyncIterator<Uint8Array>,
  bytes: number,
  signal: AbortSignal,
): Promise<BegunRows> {
  const chunks: Uint8Array[] = []
  try {
    for (let size = 0; size <= bytes; size += chunks.at(-1)?.length ?? 0) {
      const next = await untilAborted(rest.next(), signal)
      if (next.done) return { chunks }
      chunks.push(next.value)
    }
    return { chunks, rest }
  } catch (error) {
    // A source that gives nothing more does not end either.
    rest.return?.().catch(() => {})
    throw error
  }
}

async function* joined(
  chunks: readonly Uint8Array[],
  rest: AsyncIterator<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  try {
    yield* chunks
    for (;;) {
      const next = await rest.next()
      if (next.done) return
      yield next.value
    }
  } finally {
    await rest.return?.()
  }
}

async function* framed(rows: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  yield binaryRowsBegin
  yield* rows
  yield binaryRowsEnd
}

/**
 * Stands before the COPY stream, which sends the message of the error that destroys it to the server: the
 * server closes the connection at a message of more than 10 kB, and errors of a source can have longer ones.
 */
function sinkOf(copy: Writable): Writable {
  let over = false
  const sink = new Writable({
    write: (chunk, _encoding, done) => {
      if (copy.write(chunk)) done()
      else copy.once('drain', done)
    },
    final: (done) => {
      copy.once('finish', done)
      copy.end()
    },
    destroy: (error, done) => {
      if (error && !over) copy.destroy(new Error('The source of the rows has failed.'))
      done(error)
    },
  })
  copy.on('error', (error) => {
    over = true
    sink.destroy(error)
  })
  copy.on('finish', () => {
    over = true
  })
  return sink
}
