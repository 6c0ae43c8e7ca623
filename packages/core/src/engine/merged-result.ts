import type { JobResult } from '../contracts/job-result.js'

/** The result with what one more node has made; nodes of one batch end in any order. */
export function mergedResult(before: JobResult, added: JobResult): JobResult {
  const outputs = merged(before.outputs, added.outputs, ({ name }) => name)
  const deliveries = merged(before.deliveries, added.deliveries, ({ key }) => key)
  return { ...before, ...added, ...(outputs && { outputs }), ...(deliveries && { deliveries }) }
}

function merged<T>(
  before: readonly T[] | undefined,
  added: readonly T[] | undefined,
  nameOf: (one: T) => string,
): readonly T[] | undefined {
  if (!before || !added) return added ?? before
  const byName = new Map([...before, ...added].map((one) => [nameOf(one), one]))
  return [...byName.keys()].sort().flatMap((name) => byName.get(name) ?? [])
}
