import type { ImportContext } from '@piecework/core/piece'
import { pluralize } from '@piecework/marxan-files'
import { skippedUnits } from '../units/skipped-units.js'

/** Reports rows that refer to no planning unit of the grid. */
export function reportSkippedRows(
  { finding }: Pick<ImportContext, 'finding'>,
  file: string,
  skipped: number,
): void {
  if (skipped > 0)
    finding({
      severity: 'warning',
      code: 'legacy/rows-skipped',
      file,
      message: `${pluralize(skipped, `row of ${file} was`, `rows of ${file} were`)} skipped, without a planning unit in the planning grid`,
      hint: skippedUnits,
      count: skipped,
    })
}
