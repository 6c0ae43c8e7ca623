import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { CopyTarget } from '@piecework/core'
import { from, to } from 'pg-copy-streams'
import { cancelStatement } from './cancel-statement.js'
import { copyInSql, copyOutSql } from './copy-sql.js'
import type { PgClient } from './pg-client.js'

/** pg takes the streams of pg-copy-streams as queries. */
type Submits = <Stream>(stream: Stream) => Stream

const submit = <Stream>(client: PgClient, stream: Stream): Stream =>
  (client.query as unknown as Submits).call(client, stream) as Stream

/** A source that fails, or an abort, ends the COPY on the server too. */
export async function pgCopyIn(
  client: PgClient,
  target: CopyTarget,
  csv: AsyncIterable<Uint8Array>,
  signal: AbortSignal,
): Promise<number> {
  const sink = submit(client, from(copyInSql(target, 'STDIN')))
  await pipeline(Readable.from(csv, { objectMode: false }), sink, { signal })
  return sink.rowCount
}

/**
 * Reads at the consumer's pace. A consumer that stops early ends the COPY on the server and keeps a usable transaction.
 * `idle` is called once, when the connection can take the next statement: after an abort without waiting for the consumer.
 */
export async function* pgCopyOut(
  client: PgClient,
  select: string,
  signal: AbortSignal,
  idle: () => void,
): AsyncGenerator<Uint8Array> {
  await client.query({ text: 'SAVEPOINT piecework_copy' })
  const stream = submit(client, to(copyOutSql(select)))
  const over = new Promise<void>((resolve) => {
    for (const event of ['end', 'error', 'close']) stream.on(event, resolve)
  })
  let abandoned: Promise<void> | undefined
  const abandon = (): Promise<void> => {
    abandoned ??= drained(client, stream, over).finally(idle)
    return abandoned
  }
  const onAbort = (): void => void abandon().catch(() => {})
  signal.addEventListener('abort', onAbort, { once: true })
  if (signal.aborted) onAbort()
  let complete = false
  try {
    for await (const chunk of stream.iterator({ destroyOnReturn: false })) {
      signal.throwIfAborted()
      yield chunk as Uint8Array
    }
    signal.throwIfAborted()
    await client.query({ text: 'RELEASE SAVEPOINT piecework_copy' })
    complete = true
  } finally {
    signal.removeEventListener('abort', onAbort)
    if (complete) idle()
    else await abandon()
  }
}

/** Stops the COPY, throws away what is still under way, and goes back to before it. */
async function drained(client: PgClient, stream: Readable, over: Promise<void>): Promise<void> {
  await cancelStatement(client)
  const discard = (): void => {
    while (stream.read() !== null);
  }
  stream.on('readable', discard)
  discard()
  await over
  await client.query({ text: 'ROLLBACK TO SAVEPOINT piecework_copy' })
}
