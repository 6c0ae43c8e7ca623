import type { NewNode, Queryable } from '@piecework/core/store'
import { jsonText } from './json-text.js'

/** Adds nodes, and the batches that they are in. */
export async function insertNodes(tx: Queryable, job: string, nodes: readonly NewNode[]): Promise<void> {
  await tx.query(
    `INSERT INTO piecework.nodes (job_id, id, task, batch, resource, piece)
     SELECT $1, n.id, n.task, n.batch, n.resource, n.piece
     FROM jsonb_to_recordset($2::jsonb) AS n(id text, task text, batch int, resource jsonb, piece text)`,
    [job, jsonText(nodes)],
  )
  await tx.query(
    `INSERT INTO piecework.batches (job_id, batch, remaining)
     SELECT $1, n.batch, count(*) FROM jsonb_to_recordset($2::jsonb) AS n(batch int) GROUP BY n.batch`,
    [job, jsonText(nodes)],
  )
}
