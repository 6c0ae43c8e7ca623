import type { Queryable } from '../contracts/database.js'
import type { Ids } from '../contracts/ids.js'
import type { KeyRange } from '../contracts/keys.js'
import { pageSizes } from '../defaults.js'
import { idsOf } from '../plan/new-ref-of.js'
import type { AttemptContext } from './attempt-context.js'
import { keyTwice } from './key-twice.js'

/** New ids of the attempt's job; reserved keys are read in the attempt's transaction. */
export function attemptIds(attempt: AttemptContext, tx: Queryable): Ids {
  const { lease, registry } = attempt
  return idsOf(registry, lease.job, (table) => reservedRanges(attempt, table, tx))
}

/** Nodes that reserve at the same time do not see each other: what they have both reserved is found here. */
export async function* reservedRanges(
  { lease: { job }, store }: AttemptContext,
  table: string,
  tx: Queryable,
): AsyncGenerator<readonly KeyRange[]> {
  const limit = pageSizes.keyRanges
  let last: KeyRange | undefined
  let page: readonly KeyRange[]
  do {
    page = await store.keys.ranges(job.id, table, { limit, ...(last && { after: last.oldFrom }) }, tx)
    for (const range of page) {
      if (last && last.oldFrom + BigInt(last.length) > range.oldFrom) throw keyTwice(job, table)
      last = range
    }
    if (page.length > 0) yield page
  } while (page.length === limit)
}
