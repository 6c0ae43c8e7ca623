import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type FolderRun, type Gdal, runGdal } from '@piecework/gdal'
import type { Grid } from '../grid/grid.js'
import { rangeOf } from '../pixels/data-type.js'
import type { PlannedOutput } from '../plan/export-plan.js'
import { enviHeader } from '../render/envi-header.js'
import type { RawRaster } from '../render/raw-raster.js'

export interface Encoding {
  readonly output: PlannedOutput
  readonly grid: Grid
  /** How many, by halves. */
  readonly overviews: number
  /** It is all of an output: sizes of overviews are those of GDAL's COG driver, which rounds down. */
  readonly isWhole: boolean
}

/** Compresses a raw raster into tiles with overviews, in a file of the folder, and deletes the raw one. */
export async function encodeRaster(
  gdal: Gdal,
  raster: RawRaster,
  { output, grid, overviews, isWhole }: Encoding,
  run: FolderRun,
): Promise<string> {
  const file = join(run.folder, 'encoded.tif')
  const header = `${raster.file.replace(/\.raw$/, '')}.hdr`
  await writeFile(header, enviHeader(raster, output.palette))
  const own = { ...run, readsOwnFiles: true } as const
  const format = isWhole ? cogFormat(output) : tiledFormat(output)
  const args = ['-q', '-if', 'ENVI', ...georeference(output, grid), ...format, raster.file, file]
  await runGdal(gdal, 'gdal_translate', args, own)
  await Promise.all([rm(header), rm(raster.file)])
  if (!isWhole && overviews > 0) {
    await runGdal(gdal, 'gdaladdo', ['-q', ...averaged(output), file, ...factors(overviews)], own)
  }
  return file
}

/** How overviews are made; colors of a palette have no average. */
export function averaged({ blockSize, palette }: PlannedOutput): readonly string[] {
  return ['--config', 'GDAL_TIFF_OVR_BLOCKSIZE', `${blockSize}`, '-r', palette ? 'nearest' : 'average']
}

/** 2, 4, 8 … */
export const factors = (count: number): string[] =>
  Array.from({ length: count }, (_, at) => `${2 ** (at + 1)}`)

function georeference(
  { bands, nodata, scale, offset, palette }: PlannedOutput,
  grid: Grid,
): readonly string[] {
  const right = grid.originX + grid.width * grid.pixelWidth
  const bottom = grid.originY - grid.height * grid.pixelHeight
  const colors = bands.map(({ name }) => (['red', 'green', 'blue'].includes(name) ? name : 'undefined'))
  return [
    ...['-a_srs', grid.crs, '-a_ullr', ...[grid.originX, grid.originY, right, bottom].map(String)],
    ...(nodata === undefined ? [] : ['-a_nodata', Number.isNaN(nodata) ? 'nan' : String(nodata)]),
    ...(scale === undefined ? [] : ['-a_scale', `${scale}`]),
    ...(offset === undefined ? [] : ['-a_offset', `${offset}`]),
    ...(palette ? [] : ['-colorinterp', (nodata === undefined ? [...colors, 'alpha'] : colors).join(',')]),
  ]
}

const predictor = (output: PlannedOutput): number => (rangeOf(output.dataType) ? 2 : 3)

function tiledFormat(output: PlannedOutput): readonly string[] {
  const options = {
    TILED: 'YES',
    BLOCKXSIZE: output.blockSize,
    BLOCKYSIZE: output.blockSize,
    COMPRESS: 'DEFLATE',
    PREDICTOR: predictor(output),
    INTERLEAVE: 'PIXEL',
    BIGTIFF: 'IF_SAFER',
    ENDIANNESS: 'LITTLE',
  }
  return ['-of', 'GTiff', ...creation(options)]
}

function cogFormat(output: PlannedOutput): readonly string[] {
  const options = {
    BLOCKSIZE: output.blockSize,
    COMPRESS: 'DEFLATE',
    PREDICTOR: 'YES',
    OVERVIEW_RESAMPLING: output.palette ? 'NEAREST' : 'AVERAGE',
    BIGTIFF: 'IF_SAFER',
  }
  return ['-of', 'COG', ...creation(options)]
}

function creation(options: Readonly<Record<string, string | number>>): readonly string[] {
  return Object.entries(options).flatMap(([key, value]) => ['-co', `${key}=${value}`])
}
