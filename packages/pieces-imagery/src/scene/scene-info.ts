import { isPieceworkError, PieceworkError } from '@piecework/core/piece'
import { type Gdal, type GdalRun, runGdal } from '@piecework/gdal'
import { z } from 'zod'
import { unsupportedScene } from './unsupported-scene.js'

/** What gdalinfo says of a file. */
export interface SceneInfo {
  readonly size: readonly [width: number, height: number]
  readonly coordinateSystem?: { readonly wkt: string } | undefined
  readonly geoTransform?: readonly number[] | undefined
  readonly bands: readonly BandInfo[]
  readonly stac?: { readonly 'proj:epsg'?: number | null | undefined } | undefined
}

interface BandInfo {
  readonly type: string
  readonly colorInterpretation: string
  readonly mask?: { readonly flags: readonly string[] } | undefined
  readonly noDataValue?: number | string | undefined
  readonly scale?: number | undefined
  readonly offset?: number | undefined
  readonly colorTable?: { readonly entries: readonly (readonly number[])[] } | undefined
}

const infoSchema = z.object({
  size: z.tuple([z.int().positive(), z.int().positive()]),
  coordinateSystem: z.object({ wkt: z.string() }).optional(),
  geoTransform: z.array(z.number()).length(6).optional(),
  bands: z.array(
    z.object({
      type: z.string(),
      colorInterpretation: z.string().default('Undefined'),
      mask: z.object({ flags: z.array(z.string()) }).optional(),
      noDataValue: z.union([z.number(), z.string()]).optional(),
      scale: z.number().optional(),
      offset: z.number().optional(),
      colorTable: z.object({ entries: z.array(z.array(z.number()).min(3)) }).optional(),
    }),
  ),
  stac: z.object({ 'proj:epsg': z.int().nullish() }).optional(),
})

/** A checksum that cannot be computed is an error of files. */
const unreadable = ['gdal/failed', 'gdal/files', 'gdal/format'] as const

/** `readsAll`: every pixel is read. Throws `imagery/scene-format` and `imagery/scene-unsupported`. */
export async function sceneInfo(
  gdal: Gdal,
  file: string,
  { readsAll, ...run }: GdalRun & { readonly readsAll?: true },
): Promise<SceneInfo> {
  const args = [
    '-json',
    '-nogcp',
    '-nomd',
    '-norat',
    ...(readsAll ? ['-checksum'] : []),
    '-if',
    'GTiff',
    file,
  ]
  const said = await runGdal(gdal, 'gdalinfo', args, run).catch((error: unknown) => {
    // It does no more than read the file.
    if (!unreadable.some((code) => isPieceworkError(error, code))) throw error
    throw new PieceworkError(
      'imagery/scene-format',
      `The file of a scene cannot be read as a GeoTIFF: ${(error as PieceworkError).message}`,
      { cause: error },
    )
  })
  const info = infoSchema.safeParse(JSON.parse(said))
  if (!info.success) throw unsupportedScene('gdalinfo does not say what is in it')
  return info.data
}
