import type { Readable } from 'node:stream'
import { to } from 'pg-copy-streams'
import { cancelStatement } from './cancel-statement.js'
import { copyOutSql } from './copy-sql.js'
import type { PgClient } from './pg-client.js'
import { submit } from './pg-submit.js'

/** `Connection.copyOut` on a server. */
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

/** Cancels the COPY, discards the rest of its rows, and rolls back to the savepoint before it. */
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
