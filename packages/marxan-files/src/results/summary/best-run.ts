import type { RunSummary } from './read.js'

/** The run with the lowest score; of a tie, the one with the lowest number. Undefined if there are no runs. */
export function bestRun(summaries: readonly RunSummary[]): number | undefined {
  const [first, ...others] = summaries
  if (!first) return undefined
  return others.reduce(
    (best, one) => (one.score < best.score || (one.score === best.score && one.run < best.run) ? one : best),
    first,
  ).run
}
