import { readSolutionFile, type Solution, UnitSet } from '@piecework/marxan-files'
import type { SolutionsContext } from './solutions-context.js'

/** Reports an error if a row of the matrix and the file of the same run differ. */
export async function compareWithRunFile(
  solution: Solution,
  { folder, units, findings, signal }: SolutionsContext,
): Promise<void> {
  const file = folder.matrix && folder.solutions.get(solution.run)
  if (!file) return
  const errors = findings.errors
  const other = new UnitSet(units.size)
  await readSolutionFile(file, units, other, { findings, signal })
  if (findings.errors > errors) return
  const index = solution.selected.difference(other)
  if (index < 0) return
  findings.error(
    'legacy/solutions-differ',
    {
      file: solution.file,
      ...(solution.line !== undefined && { line: solution.line }),
      column: `P${units.id(index)}`,
    },
    () => ({
      message: `The run ${solution.run} ${solution.selected.has(index) ? 'selects' : 'does not select'} the planning unit ${units.id(index)} here; ${file.name} says the opposite`,
    }),
  )
}
