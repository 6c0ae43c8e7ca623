import { createWriteStream } from 'node:fs'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { type FolderRun, type Gdal, runGdal } from '@piecework/gdal'
import type { ExportPlan } from '../plan/export-plan.js'
import { assembleCog } from './assemble-cog.js'
import type { CogLayout } from './cog-layout.js'
import { averaged, factors } from './encode-raster.js'
import { isSingle, overviewCount, windowOverviews } from './overview-levels.js'

/**
 * A file whose overviews are those of an export that windows do not have; undefined if it needs none. They are made of the
 * last overview that windows have, as of an image of its own.
 */
export async function deepOverviews(
  gdal: Gdal,
  plan: ExportPlan,
  layout: CogLayout,
  run: FolderRun,
): Promise<string | undefined> {
  const count = overviewCount(plan) - windowOverviews
  if (isSingle(plan) || count <= 0) return undefined
  const file = join(run.folder, 'deep.tif')
  const levels = layout.levels.slice(windowOverviews, windowOverviews + 1)
  await pipeline(Readable.from(assembleCog({ ...layout, levels }).bytes), createWriteStream(file))
  await runGdal(gdal, 'gdaladdo', ['-q', ...averaged(plan.output), file, ...factors(count)], {
    ...run,
    readsOwnFiles: true,
  })
  return file
}
