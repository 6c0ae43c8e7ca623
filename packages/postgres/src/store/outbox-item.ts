import type { OutboxAction, Queryable } from '@piecework/core/store'

export async function addToOutbox(tx: Queryable, action: OutboxAction): Promise<void> {
  await tx.query('INSERT INTO piecework.outbox (action) VALUES ($1::jsonb)', [JSON.stringify(action)])
}
