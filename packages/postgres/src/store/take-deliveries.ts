import { deliveryTaken, type NewJob, type Queryable } from '@piecework/core/store'
import { jsonText } from './json-text.js'

/**
 * Throws `delivery-taken` if another job has made one of these deliveries, or may be about to. The lock on the job whose
 * outputs they are keeps others from taking them until the transaction ends; what is read behind it sees who was first.
 */
export async function takeDeliveries(
  tx: Queryable,
  { request, tree }: Pick<NewJob, 'request' | 'tree'>,
): Promise<void> {
  const { delivers = '', deliver = [] } = request
  await tx.query('SELECT FROM piecework.jobs WHERE id = $1 FOR NO KEY UPDATE', [delivers])
  const { rows } = await tx.query<{ key: string }>(
    `SELECT d ->> 'key' AS key FROM piecework.jobs j, jsonb_array_elements(
       coalesce(CASE WHEN j.terminal THEN j.result -> 'deliveries' ELSE j.request -> 'deliver' END, '[]')) AS d
     WHERE (j.id = $1 OR j.request ->> 'delivers' = $1)
       AND j.id IN (SELECT job_id FROM piecework.job_resources WHERE kind = $2 AND id = $3)
       AND d ->> 'key' IN (SELECT jsonb_array_elements_text($4::jsonb))
     LIMIT 1`,
    [delivers, tree.kind, tree.id, jsonText(deliver.map(({ key }) => key))],
  )
  const [taken] = rows
  if (taken) throw deliveryTaken({ request }, taken.key)
}
