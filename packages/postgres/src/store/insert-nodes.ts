import type { NewNode, Queryable } from '@piecework/core/store'
import { jsonText } from './json-text.js'

/** Adds them to those that are there. `begun`: the batch of the job that is under way. */
export async function insertNodes(
  tx: Queryable,
  job: string,
  nodes: readonly NewNode[],
  begun: number | null = null,
): Promise<void> {
  await tx.query(
    `WITH added AS (
       INSERT INTO piecework.nodes (job_id, id, task, batch, resource, piece, database, part, steps, submitted_at)
       SELECT $1, n.id, n.task, n.batch, n.resource, n.piece, n.database, n.part, n.steps,
         CASE WHEN n.batch = $3::int THEN piecework.now() END
       FROM jsonb_to_recordset($2::jsonb)
         AS n(id text, task text, batch int, resource jsonb, piece text, database text, part jsonb, steps int)
       RETURNING batch
     )
     INSERT INTO piecework.batches AS b (job_id, batch, remaining)
     SELECT $1, batch, count(*) FROM added GROUP BY batch ORDER BY batch
     ON CONFLICT (job_id, batch) DO UPDATE SET remaining = b.remaining + excluded.remaining`,
    [job, jsonText(nodes), begun],
  )
}
