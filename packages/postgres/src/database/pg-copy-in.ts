import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { CopyTarget } from '@piecework/core'
import { from } from 'pg-copy-streams'
import { copyInSql } from './copy-sql.js'
import type { PgClient } from './pg-client.js'
import { submit } from './pg-submit.js'

/** What `Connection.copyIn` does on a server. */
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
