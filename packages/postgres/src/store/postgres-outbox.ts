import type { Database, Outbox, OutboxAction } from '@piecework/core/store'
import { type Clock, dateIn } from './clocks.js'

export function postgresOutbox(control: Database, clock: Clock): Outbox {
  return {
    pending: async (limit) => {
      const { rows } = await control.query<{ id: string; action: string; in_ms: string | null }>(
        `SELECT id::text AS id, action::text AS action,
           (extract(epoch FROM (action ->> 'notBefore')::timestamptz - piecework.now()) * 1000)::text AS in_ms
         FROM piecework.outbox ORDER BY outbox.id LIMIT $1::int`,
        [limit],
      )
      return rows.map(({ id, action, in_ms }) => ({ id, action: actionOf(action, Number(in_ms), clock) }))
    },
    acknowledge: async (ids) => {
      await control.query(
        `DELETE FROM piecework.outbox WHERE id IN (SELECT jsonb_array_elements_text($1::jsonb)::bigint)`,
        [JSON.stringify(ids)],
      )
    },
  }
}

function actionOf(text: string, inMs: number, clock: Clock): OutboxAction {
  const action = JSON.parse(text) as OutboxAction
  return action.type === 'task' ? { ...action, notBefore: dateIn(inMs, clock) } : action
}
