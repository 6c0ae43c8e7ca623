import type { PgClient } from './pg-client.js'

/** pg takes the streams of pg-copy-streams as queries. */
type Submits = <Stream>(stream: Stream) => Stream

/** Sends a COPY. */
export const submit = <Stream>(client: PgClient, stream: Stream): Stream =>
  (client.query as unknown as Submits).call(client, stream) as Stream
