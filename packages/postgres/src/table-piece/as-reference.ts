import type { Reference } from './spec.js'

export const asReference = (reference: string | Reference): Reference =>
  typeof reference === 'string' ? { table: reference } : reference
