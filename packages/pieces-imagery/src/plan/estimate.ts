import { PieceworkError } from '@piecework/core/piece'
import { bytesPerPixel } from '../pixels/data-type.js'
import type { ExportPlan } from './export-plan.js'

/** What an export comes to, before anything is rendered. */
export interface Estimate {
  /** Of the grid. */
  readonly pixels: number
  /** Of all bands, alpha and overviews, before they are compressed. */
  readonly bytes: number
}

/** Overviews add a quarter, a sixteenth, and so on. */
const withOverviews = 4 / 3

export function estimateOf({ grid, output }: Pick<ExportPlan, 'grid' | 'output'>): Estimate {
  const pixels = grid.width * grid.height
  const bands = output.bands.length + (output.nodata === undefined ? 1 : 0)
  return { pixels, bytes: Math.ceil(pixels * bands * bytesPerPixel(output.dataType) * withOverviews) }
}

/**
 * Bytes of a file at most: compressed, pixels take as much as they are, and where nothing was asked for next to nothing.
 * `asked`: how many are.
 */
export function largestFile(
  { pixels, bytes, asked }: Estimate & { readonly asked: number },
  overviews: 'with overviews' | 'without overviews',
): number {
  const all = overviews === 'with overviews' ? bytes : bytes / withOverviews
  return Math.ceil((all * asked) / pixels)
}

/** Throws `imagery/too-large` with both numbers. */
export function assertWithin({ pixels, bytes }: Estimate, limit: number): void {
  if (bytes > limit)
    throw new PieceworkError(
      'imagery/too-large',
      `The export would have ${pixels} pixels and ${bytes} bytes before it is compressed; the limit is ${limit} bytes. Choose a coarser resolution, or a smaller area`,
      { facts: { pixels, bytes, limit } },
    )
}
