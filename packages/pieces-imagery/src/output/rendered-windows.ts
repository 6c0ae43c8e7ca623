import type { ByteRange, OutputContext } from '@piecework/core/piece'
import { PieceworkError } from '@piecework/core/piece'
import { type PlannedRender, type RenderedPart, windowEntry } from '../exports/render-piece.js'
import type { Window } from '../grid/grid.js'
import type { ExportPlan } from '../plan/export-plan.js'
import { planFromJson } from '../plan/plan-json.js'

/** A window that was rendered: a tiled GeoTIFF of its own, compressed, with overviews. */
export interface RenderedFile {
  /** Its pixels in the grid of the plan. */
  readonly window: Window
  /** Pixels where there is something. */
  readonly valid: number
  /** Of them, those whose bands all equal nodata: readers take them for nothing. */
  readonly hidden: number
  /** Of the file, in bytes. */
  readonly size: number
  open(range?: ByteRange): AsyncIterable<Uint8Array>
}

/** What `imagery/render` has made. */
export interface RenderedWindows {
  readonly plan: ExportPlan
  /** Those with a valid pixel, row by row; read from the store while they are taken, by each call anew. */
  windows(): AsyncIterable<RenderedFile>
}

/** For outputs, also those of other packs, that read the piece `imagery/render`. `pieces`: as an output is given them. */
export function renderedWindows(pieces: OutputContext['pieces']): RenderedWindows {
  const piece = pieces.find(({ piece }) => piece === 'imagery/render')
  if (piece?.plan === undefined) throw new PieceworkError('internal', 'The export has no plan')
  return {
    plan: planFromJson((piece.plan as PlannedRender).plan),
    windows: async function* () {
      for await (const { number, range, result, entries } of piece.parts()) {
        const { valid, hidden } = result as RenderedPart
        const path = windowEntry(number)
        if (valid === 0) continue
        yield {
          ...{ window: range as Window, valid, hidden, size: entries.facts(path)?.size ?? 0 },
          open: (bytes) => entries.open(path, bytes),
        }
      }
    },
  }
}
