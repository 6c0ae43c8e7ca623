import { createWriteStream } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { type FolderRun, type Gdal, runGdal } from '@piecework/gdal'
import { assembleCog } from '../cog/assemble-cog.js'
import type { CogLayout } from '../cog/cog-layout.js'
import { quickLookPixels } from '../defaults.js'
import type { PlannedOutput } from '../plan/export-plan.js'

/** A PNG of at most 512 pixels a side, of the smallest overview that has as many. Values are spread for the eye. */
export async function quickLook(
  gdal: Gdal,
  layout: CogLayout,
  output: PlannedOutput,
  run: FolderRun,
): Promise<Uint8Array> {
  const large = layout.levels.findLastIndex(({ width, height }) => Math.max(width, height) >= quickLookPixels)
  const levels = layout.levels.slice(Math.max(0, large), Math.max(0, large) + 1)
  const [{ width, height } = { width: 1, height: 1 }] = levels
  const small = join(run.folder, 'quick-look.tif')
  const factor = 2 ** Math.max(0, large)
  const { pixelWidth, pixelHeight } = layout
  const overview = { ...layout, levels, pixelWidth: pixelWidth * factor, pixelHeight: pixelHeight * factor }
  await pipeline(Readable.from(assembleCog(overview).bytes), createWriteStream(small))
  const picture = join(run.folder, 'quick-look.png')
  const share = Math.min(1, quickLookPixels / Math.max(width, height))
  const size = [width, height].map((pixels) => `${Math.max(1, Math.round(pixels * share))}`)
  const args = ['-q', '-of', 'PNG', '-outsize', ...size, '-r', output.palette ? 'near' : 'average']
  await runGdal(gdal, 'gdal_translate', [...args, ...shown(output), small, picture], {
    ...run,
    readsOwnFiles: true,
  })
  return readFile(picture)
}

/** Red, green and blue where there are, else the first band; what is nothing is transparent. */
function shown({ bands, dataType, palette }: PlannedOutput): readonly string[] {
  if (palette) return []
  const places = ['red', 'green', 'blue'].map((name) => bands.findIndex((band) => band.name === name))
  const chosen = places.every((place) => place >= 0) ? places : [0]
  const spread = dataType === 'uint8' ? [] : chosen.flatMap((_, at) => [`-scale_${at + 1}`])
  return [...chosen.flatMap((place) => ['-b', `${place + 1}`]), '-b', 'mask', '-ot', 'Byte', ...spread]
}
