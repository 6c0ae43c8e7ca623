import type { ExportPlan } from '../plan/export-plan.js'

/** Overviews that windows have of their own: 2, 4 and 8. Deeper ones are made from the last of them. */
export const windowOverviews = 3

/** How many overviews an export has: each half of the one before, down to one that fits into a block. */
export function overviewCount({ grid, output }: Pick<ExportPlan, 'grid' | 'output'>): number {
  const longest = Math.max(grid.width, grid.height)
  let count = 0
  while (Math.floor(longest / 2 ** count) > output.blockSize) count += 1
  return count
}

/** The whole grid is one window. */
export function isSingle({ grid, windowPixels }: Pick<ExportPlan, 'grid' | 'windowPixels'>): boolean {
  return grid.width <= windowPixels && grid.height <= windowPixels
}
