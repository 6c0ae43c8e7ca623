import type { Database, Outbox, OutboxAction } from '@piecework/core'

export function postgresOutbox(control: Database): Outbox {
  return {
    pending: async (limit) => {
      const { rows } = await control.query<{ id: string; action: string }>(
        'SELECT id::text AS id, action::text AS action FROM piecework.outbox ORDER BY outbox.id LIMIT $1::int',
        [limit],
      )
      return rows.map(({ id, action }) => ({ id, action: actionOf(action) }))
    },
    acknowledge: async (ids) => {
      await control.query(
        `DELETE FROM piecework.outbox WHERE id IN (SELECT jsonb_array_elements_text($1::jsonb)::bigint)`,
        [JSON.stringify(ids)],
      )
    },
  }
}

function actionOf(text: string): OutboxAction {
  const action = JSON.parse(text) as OutboxAction
  return action.type === 'task' ? { ...action, notBefore: new Date(action.notBefore) } : action
}
