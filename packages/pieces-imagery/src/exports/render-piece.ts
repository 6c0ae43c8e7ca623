import { createReadStream } from 'node:fs'
import { type ExportContext, type PartsContext, type Piece, PieceworkError } from '@piecework/core/piece'
import { withTemporaryFolder } from '@piecework/core/store'
import { encodeWindow } from '../cog/encode-window.js'
import { withReadableScenes } from '../files/readable-scenes.js'
import { overlaps, type Window } from '../grid/grid.js'
import { planFromJson, planToJson } from '../plan/plan-json.js'
import { assertGdal } from '../render/assert-gdal.js'
import { readExport } from './export-row.js'
import { planStored } from './plan-stored.js'
import type { RenderOptions } from './render-options.js'
import { assertMayRead, type Sources } from './stored-scenes.js'

/** Small ones: the younger generation is collected the sooner, and with it the chunks that were written. */
const chunkBytes = 32 * 1024

/** What is planned for all parts. */
export interface PlannedRender {
  /** Of `planToJson`. */
  readonly plan: unknown
  readonly sources: Sources
  readonly artifacts: Readonly<Record<string, string>>
}

/** What a part has made, for the outputs. */
export interface RenderedPart {
  readonly valid: number
  readonly hidden: number
}

/** Of a part. Absent where the window has no valid pixel. */
export const windowEntry = (part: number): string => `windows/${part}.tif`

/** Windows of an export, each a node of its own. Outputs put them together; they are never imported. */
export function renderPiece(options: RenderOptions): Piece {
  return {
    contract: 1,
    name: 'imagery/render',
    of: 'imagery-export',
    version: 1,
    exportOnly: true,
    exporter: {
      parts: (context) => planParts(context, options),
      export: (context) => renderPart(context, options),
    },
  }
}

async function planParts({ tx, resource, principal, signal }: PartsContext, options: RenderOptions) {
  const row = await readExport(tx, resource.id)
  await assertMayRead(options.access, principal, row.tool, row.sources)
  assertGdal(await options.gdal(), row.estimate.gdalVersion)
  const { plan, artifacts } = await withTemporaryFolder({ purpose: 'imagery', signal }, (folder) =>
    planStored(tx, options, row, { folder, signal }),
  )
  const common: PlannedRender = { plan: planToJson(plan), sources: row.sources, artifacts }
  return { plan: common, parts: plan.windows.map((range) => ({ range })) }
}

/** Reads nothing but the plan: what is done stays done, whichever moment of the database is lost. */
async function renderPart(context: ExportContext, options: RenderOptions) {
  const { principal, signal, part, write } = context
  if (!part) throw new PieceworkError('unsupported', 'An export of imagery is rendered in windows alone')
  const { sources, artifacts, ...planned } = context.plan as PlannedRender
  const plan = planFromJson(planned.plan)
  await assertMayRead(options.access, principal, plan.tool, sources)
  if (part.number === 1 && plan.isFiner) warnFiner(context)
  const window = part.range as Window
  const result = await withReadableScenes(options.files, ({ fileOf }) =>
    withTemporaryFolder({ purpose: 'imagery', signal }, async (folder): Promise<RenderedPart> => {
      const files = new Map<string, string>()
      for (const { id, placement } of plan.scenes)
        if (overlaps(placement.box, window)) files.set(id, await fileOf(artifacts[id] ?? ''))
      const run = { folder, signal }
      const made = await encodeWindow(await options.gdal(), plan, window, (id) => files.get(id) ?? '', run)
      if (!made) return { valid: 0, hidden: 0 }
      await write(windowEntry(part.number), createReadStream(made.file, { highWaterMark: chunkBytes }), {
        stored: true,
      })
      return { valid: made.valid, hidden: made.hidden }
    }),
  )
  return { rows: 0, result }
}

function warnFiner({ finding }: ExportContext): void {
  finding({
    severity: 'warning',
    code: 'imagery/finer-than-scenes',
    message: 'The resolution is finer than that of every scene: pixels are repeated, and show nothing new.',
    hint: 'Leave the resolution out to have that of the finest scene.',
  })
}
