import type { Window } from '../grid/grid.js'
import type { ExportPlan } from '../plan/export-plan.js'
import { numberOf, type ReadRange, readTiff, tags } from '../tiff/read-tiff.js'
import type { CogLayout, CogLevel, CogPart } from './cog-layout.js'
import { isSingle, overviewCount, windowOverviews } from './overview-levels.js'

/** A window that was encoded. Those without a valid pixel are left out. */
export interface EncodedWindow {
  readonly window: Window
  readonly read: ReadRange
}

/** Where the tiles of all windows go. Overviews that windows do not have are added by `withDeepLevels`. */
export async function planCog(plan: ExportPlan, windows: readonly EncodedWindow[]): Promise<CogLayout> {
  const { grid, output } = plan
  const { blockSize } = output
  const opened = await Promise.all(
    windows.map(async ({ window, read }) => ({ window, read, directories: await readTiff(read) })),
  )
  const levels: CogLevel[] = []
  for (let level = 0; level <= Math.min(overviewCount(plan), windowOverviewsOf(plan)); level++) {
    const parts = opened.flatMap(({ window, read, directories }): CogPart[] => {
      const directory = directories[level]
      if (!directory) throw new RangeError(`A rendered window lacks its overview ${level}`)
      const side = blockSize * 2 ** level
      return [{ column: window.x / side, row: window.y / side, directory, read }]
    })
    levels.push({ ...sizeOf(plan, level, parts), parts })
  }
  const { originX, originY, pixelWidth, pixelHeight } = grid
  return { originX, originY, pixelWidth, pixelHeight, blockSize, levels }
}

/** With the overviews of the file of `deepOverviews`. */
export async function withDeepLevels(
  plan: ExportPlan,
  layout: CogLayout,
  read: ReadRange,
): Promise<CogLayout> {
  const levels = [...layout.levels]
  for (const directory of (await readTiff(read)).slice(1)) {
    const parts = [{ column: 0, row: 0, directory, read }]
    levels.push({ ...sizeOf(plan, levels.length, parts), parts })
  }
  return { ...layout, levels }
}

const windowOverviewsOf = (plan: ExportPlan): number =>
  isSingle(plan) ? Number.POSITIVE_INFINITY : windowOverviews

function sizeOf(plan: ExportPlan, level: number, [part]: readonly CogPart[]) {
  if (isSingle(plan) && part)
    return { width: numberOf(part.directory, tags.width), height: numberOf(part.directory, tags.height) }
  const { width, height } = plan.grid
  return { width: Math.ceil(width / 2 ** level), height: Math.ceil(height / 2 ** level) }
}
