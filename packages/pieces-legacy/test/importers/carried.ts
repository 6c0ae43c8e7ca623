import type { NodeCounts } from '@piecework/core/store'

/** Rows alone. */
export const carried = (counts: NodeCounts | undefined) =>
  counts && { rows: counts.rows, skipped: counts.skipped }
