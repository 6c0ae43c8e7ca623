import type { Queryable } from '../contracts/database.js'
import type { Ids } from '../contracts/ids.js'
import type { KeyRange } from '../contracts/keys.js'
import type { ResourceTree } from '../contracts/resource.js'
import { pageSizes } from '../defaults.js'
import { idsOf } from '../plan/new-ref-of.js'
import type { AttemptContext } from './attempt-context.js'
import { keyTwice } from './key-twice.js'

/** New ids of the attempt's job; reserved keys are read in the attempt's transaction. */
export function attemptIds(attempt: AttemptContext, tx: Queryable): Ids {
  const { lease, registry, store } = attempt
  return idsOf(registry, lease.job, {
    ranges: (table) => settledRanges(attempt, table, tx),
    relation: (table) => store.keys.relation?.(lease.job.id, table),
  })
}

/**
 * All that a job has reserved, by its tree and by table: that is settled before its first row is written, and
 * each of its resources has a range of its own.
 */
const settled = new WeakMap<ResourceTree, Map<string, readonly KeyRange[]>>()

async function* settledRanges(
  attempt: AttemptContext,
  table: string,
  tx: Queryable,
): AsyncGenerator<readonly KeyRange[]> {
  const { id, tree } = attempt.lease.job
  const name = `${id} ${table}`
  const known = settled.get(tree)?.get(name)
  if (known) {
    if (known.length > 0) yield known
    return
  }
  const all: KeyRange[] = []
  let count = 0
  for await (const page of reservedRanges(attempt, table, tx)) {
    count += page.length
    if (count <= pageSizes.settledKeyRanges) addRanges(all, page)
    yield page
  }
  if (count > pageSizes.settledKeyRanges) return
  settled.set(tree, (settled.get(tree) ?? new Map<string, readonly KeyRange[]>()).set(name, all))
}

/** Adjacent ranges that lead to adjacent ones become one. */
function addRanges(all: KeyRange[], page: readonly KeyRange[]): void {
  for (const range of page) {
    const last = all.at(-1)
    const length = last ? BigInt(last.length) : 0n
    const follows = last?.oldFrom === range.oldFrom - length && last.newFrom === range.newFrom - length
    if (follows) all[all.length - 1] = { ...last, length: last.length + range.length }
    else all.push(range)
  }
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
