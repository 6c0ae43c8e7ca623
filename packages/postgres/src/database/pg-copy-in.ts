import { Readable, Writable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { CopyTarget } from '@piecework/core/store'
import { from } from 'pg-copy-streams'
import { binaryRowsBegin, binaryRowsEnd } from './binary-frame.js'
import { copyInSql } from './copy-sql.js'
import type { PgClient } from './pg-client.js'
import { submit } from './pg-submit.js'

/** `Connection.copyIn` on a server. */
export async function pgCopyIn(
  client: PgClient,
  target: CopyTarget,
  records: AsyncIterable<Uint8Array>,
  signal: AbortSignal,
): Promise<number> {
  const copy = submit(client, from(copyInSql(target, 'STDIN')))
  const stream = target.format === 'binary' ? framed(records) : records
  await pipeline(Readable.from(stream, { objectMode: false }), sinkOf(copy), { signal })
  return copy.rowCount
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
