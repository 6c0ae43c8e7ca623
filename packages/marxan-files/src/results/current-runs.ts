import type { ZippedFile } from '@piecework/core/archive'
import type { OutputFolder } from './open-output.js'
import type { RunSummary } from './summary/read.js'

/**
 * The results of the runs that the summary has. Marxan never empties its output folder: files of further runs, and rows of the matrix, are
 * left over from longer executions. `leftover` are the runs of such files.
 */
export function currentRuns(
  folder: OutputFolder,
  summaries: readonly RunSummary[],
): { readonly current: OutputFolder; readonly leftover: ReadonlySet<number> } {
  const runs = new Set(summaries.map(({ run }) => run))
  const leftover = new Set<number>()
  const stated = (files: ReadonlyMap<number, ZippedFile>) =>
    new Map(
      [...files].filter(([run]) => {
        if (!runs.has(run)) leftover.add(run)
        return runs.has(run)
      }),
    )
  const current = {
    ...folder,
    runs,
    solutions: stated(folder.solutions),
    features: stated(folder.features),
  }
  return { current, leftover }
}
