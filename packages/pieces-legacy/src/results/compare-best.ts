import { readSolutionFile, UnitSet } from '@piecework/marxan-files'
import type { SolutionsContext } from './solutions-context.js'

/** Reports a warning if `_best` is not the solution of the run with the lowest score. */
export async function compareBest(
  selected: UnitSet,
  run: number,
  { folder, units, findings, signal }: SolutionsContext,
): Promise<void> {
  const file = folder.best
  if (!file) return
  const errors = findings.errors
  const other = new UnitSet(units.size)
  await readSolutionFile(file, units, other, { findings, signal })
  if (findings.errors > errors) return
  const index = selected.difference(other)
  if (index >= 0)
    findings.warning('legacy/best-differs', { file: file.name }, () => ({
      message: `The best run by its score is ${run}, but ${file.name} is another solution: the planning unit ${units.id(index)} differs`,
      hint: 'The run with the lowest score is imported as the best one.',
    }))
}
