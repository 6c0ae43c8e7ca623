import type { ImportContext } from '@piecework/core'

/** Tells rows that name no planning unit of the grid. */
export function tellSkipped(context: Pick<ImportContext, 'finding'>, file: string, skipped: number): void {
  if (skipped > 0)
    context.finding({
      severity: 'warning',
      code: 'legacy/rows-skipped',
      file,
      message: `${skipped} rows of ${file} were skipped: their planning units are not in the planning grid`,
      count: skipped,
    })
}
