import { join } from 'node:path'
import { PieceworkError } from '@piecework/core/piece'
import { type FolderRun, type Gdal, runGdal } from '@piecework/gdal'
import { mostPicturePixels } from '../defaults.js'
import type { ExportPlan } from '../plan/export-plan.js'

export type PictureFormat = 'png' | 'jpeg'

/** Throws `imagery/picture-unsupported` for what a PNG or a JPEG does not hold. */
export function assertPicture(
  { grid, output }: Pick<ExportPlan, 'grid' | 'output'>,
  format: PictureFormat,
): void {
  const { width, height } = grid
  const refuse = (why: string) => {
    throw new PieceworkError(
      'imagery/picture-unsupported',
      `The export cannot be a ${format.toUpperCase()}: ${why}. Choose the GeoTIFF`,
    )
  }
  if (output.dataType !== 'uint8') refuse(`its pixels are ${output.dataType}, and not of 8 bits`)
  if (Math.max(width, height) > mostPicturePixels)
    refuse(`it has ${width} × ${height} pixels; the limit of a side is ${mostPicturePixels}`)
  const bands = output.bands.length + (output.nodata === undefined ? 1 : 0)
  if (format === 'png' && bands > 4) refuse(`it has ${bands} bands; the limit is 4`)
  if (format === 'jpeg' && output.palette) refuse('it has a palette')
  if (format === 'jpeg' && ![1, 3].includes(output.bands.length))
    refuse(`it has ${bands} bands, and not 1 or 3`)
  if (format === 'jpeg' && output.nodata === undefined) refuse('it has an alpha band')
}

/** A GeoTIFF of ours as a PNG or a JPEG in the folder. */
export async function pictureOf(
  gdal: Gdal,
  file: string,
  format: PictureFormat,
  run: FolderRun,
): Promise<string> {
  const picture = join(run.folder, format === 'png' ? 'picture.png' : 'picture.jpg')
  const args = ['-q', '-of', format.toUpperCase(), ...(format === 'jpeg' ? ['-co', 'QUALITY=90'] : [])]
  await runGdal(gdal, 'gdal_translate', [...args, file, picture], { ...run, readsOwnFiles: true })
  return picture
}

/** How a picture lies on its CRS: the six lines of a world file, of the centre of the first pixel. */
export function worldFile({ grid }: Pick<ExportPlan, 'grid'>): string {
  const { originX, originY, pixelWidth, pixelHeight } = grid
  const lines = [pixelWidth, 0, 0, -pixelHeight, originX + pixelWidth / 2, originY - pixelHeight / 2]
  return lines.map((line) => `${line}\n`).join('')
}
