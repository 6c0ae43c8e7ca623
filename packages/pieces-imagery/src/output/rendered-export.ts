import { open } from 'node:fs/promises'
import type { OutputContext } from '@piecework/core/piece'
import type { FolderRun, Gdal } from '@piecework/gdal'
import type { CogLayout } from '../cog/cog-layout.js'
import { deepOverviews } from '../cog/deep-overviews.js'
import { assertAnything } from '../cog/encode-window.js'
import { type EncodedWindow, planCog, withDeepLevels } from '../cog/plan-cog.js'
import type { RenderedPart } from '../exports/render-piece.js'
import type { ExportPlan } from '../plan/export-plan.js'
import { handleRanges, type ReadRange } from '../tiff/read-tiff.js'
import { type RenderedFile, renderedWindows } from './rendered-windows.js'

/** All windows of an export, as the nodes have left them. */
export interface RenderedExport {
  readonly plan: ExportPlan
  readonly layout: CogLayout
}

/** Throws `imagery/nothing-there` where no window has a valid pixel. What is missing is told. */
export async function renderedExport({ pieces, finding }: OutputContext): Promise<RenderedExport> {
  const { plan, windows: rendered } = renderedWindows(pieces)
  const windows: EncodedWindow[] = []
  let [valid, hidden] = [0, 0]
  for await (const one of rendered()) {
    valid += one.valid
    hidden += one.hidden
    windows.push({ window: one.window, read: rangesOf(one) })
  }
  assertAnything(valid)
  tell(plan, { valid, hidden }, finding)
  return { plan, layout: await planCog(plan, windows) }
}

/** With all overviews. The file of the deeper ones is open, and may be deleted: `close` ends it. */
export async function wholeLayout(
  gdal: Gdal,
  { plan, layout }: RenderedExport,
  run: FolderRun,
): Promise<{ readonly layout: CogLayout; close(): Promise<void> }> {
  const deep = await deepOverviews(gdal, plan, layout, run)
  if (deep === undefined) return { layout, close: async () => {} }
  const handle = await open(deep)
  return { layout: await withDeepLevels(plan, layout, handleRanges(handle)), close: () => handle.close() }
}

function rangesOf({ size, open: read }: RenderedFile): ReadRange {
  return (start, end) => read({ start, end: Math.min(end, size) })
}

function tell(
  { asked, output }: ExportPlan,
  { valid, hidden }: RenderedPart,
  finding: OutputContext['finding'],
): void {
  if (valid < asked)
    finding({
      severity: 'warning',
      code: 'imagery/coverage',
      count: asked - valid,
      message: `The scenes cover ${((100 * valid) / asked).toFixed(4)} % of what was asked for: ${asked - valid} of ${asked} pixels have nothing.`,
    })
  if (hidden > 0)
    finding({
      severity: 'warning',
      code: 'imagery/hidden-pixels',
      count: hidden,
      message: `${hidden} pixels have the value ${output.nodata}, which readers take for nothing.`,
      hint: 'Export with another nodata, or with an alpha band.',
    })
}
