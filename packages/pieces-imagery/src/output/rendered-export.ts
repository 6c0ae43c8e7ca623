import { type FileHandle, open } from 'node:fs/promises'
import type { Entries, OutputContext, StagedPiece } from '@piecework/core/piece'
import { PieceworkError } from '@piecework/core/piece'
import type { FolderRun, Gdal } from '@piecework/gdal'
import type { CogLayout } from '../cog/cog-layout.js'
import { deepOverviews } from '../cog/deep-overviews.js'
import { assertAnything } from '../cog/encode-window.js'
import { type EncodedWindow, planCog, withDeepLevels } from '../cog/plan-cog.js'
import { type PlannedRender, type RenderedPart, windowEntry } from '../exports/render-piece.js'
import type { Window } from '../grid/grid.js'
import type { ExportPlan } from '../plan/export-plan.js'
import { planFromJson } from '../plan/plan-json.js'
import type { ReadRange } from '../tiff/read-tiff.js'

/** All windows of an export, as the nodes have left them. */
export interface RenderedExport {
  readonly plan: ExportPlan
  readonly layout: CogLayout
}

/** Throws `imagery/nothing-there` where no window has a valid pixel. What is missing is told. */
export async function renderedExport({ pieces, finding }: OutputContext): Promise<RenderedExport> {
  const [piece] = pieces
  if (piece?.plan === undefined) throw new PieceworkError('internal', 'The export has no plan')
  const plan = planFromJson((piece.plan as PlannedRender).plan)
  const windows: EncodedWindow[] = []
  let [valid, hidden] = [0, 0]
  for await (const part of (piece as StagedPiece).parts()) {
    const rendered = part.result as RenderedPart
    if (rendered.valid === 0) continue
    valid += rendered.valid
    hidden += rendered.hidden
    const read = rangesOf(part.entries, windowEntry(part.number))
    windows.push({ window: part.range as Window, read })
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

function rangesOf(entries: Entries, path: string): ReadRange {
  const size = entries.facts(path)?.size ?? 0
  return async (start, end) => {
    const chunks: Uint8Array[] = []
    for await (const chunk of entries.open(path, { start, end: Math.min(end, size) })) chunks.push(chunk)
    return Buffer.concat(chunks)
  }
}

const handleRanges =
  (handle: FileHandle): ReadRange =>
  async (start, end) => {
    const { bytesRead, buffer } = await handle.read(Buffer.alloc(end - start), 0, end - start, start)
    return buffer.subarray(0, bytesRead)
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
