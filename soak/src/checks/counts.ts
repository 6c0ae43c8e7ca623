import type { JobReport } from '@piecework/core'
import { type Problem, problem } from '../problem.js'

/** Rows and skipped rows of the nodes that carry, by piece, over all resources. */
export function countsOf({ nodes }: Pick<JobReport, 'nodes'>): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {}
  for (const { piece, task, counts: own } of nodes) {
    if (piece === undefined || !own || task === 'validate') continue
    counts[piece] = (counts[piece] ?? 0) + own.rows + (own.skipped ?? 0)
  }
  return counts
}

/** Law 11: what the job says that it has carried is what it carries where nothing befalls it. */
export function countsReconcile(
  expected: Readonly<Record<string, number>>,
  found: Readonly<Record<string, number>>,
): readonly Problem[] {
  return [...new Set([...Object.keys(expected), ...Object.keys(found)])].flatMap((piece) =>
    expected[piece] === found[piece]
      ? []
      : [problem('wrong', `${piece} counts ${found[piece] ?? 'no'} rows, not ${expected[piece] ?? 'any'}`)],
  )
}
