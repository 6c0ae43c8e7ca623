import { open } from 'node:fs/promises'
import { isPieceworkError, PieceworkError } from '@piecework/core/piece'
import { type Gdal, type GdalRun, runGdal } from '@piecework/gdal'
import { z } from 'zod'
import { toolLimits } from '../defaults.js'
import { type DataType, dataTypes, gdalTypes } from '../pixels/data-type.js'
import type { SceneBand, SceneFacts } from './scene-facts.js'

const infoSchema = z.object({
  size: z.tuple([z.int().positive(), z.int().positive()]),
  coordinateSystem: z.object({ wkt: z.string() }).optional(),
  geoTransform: z.array(z.number()).length(6).optional(),
  bands: z.array(
    z.object({
      type: z.string(),
      colorInterpretation: z.string().default('Undefined'),
      noDataValue: z.union([z.number(), z.string()]).optional(),
    }),
  ),
  stac: z.object({ 'proj:epsg': z.int().nullish() }).optional(),
})
type Info = z.infer<typeof infoSchema>

/**
 * Reads what a file says of itself, which may come from anywhere. `names` of its bands in the file's order, without alpha;
 * absent, colors are names, and `band1` is one without. Throws `imagery/scene-format` for what is no GeoTIFF, and
 * `imagery/scene-unsupported` for one that cannot be exported.
 */
export async function readSceneFacts(
  gdal: Gdal,
  file: string,
  names?: readonly string[],
  run: GdalRun = {},
): Promise<SceneFacts> {
  await assertTiff(file)
  const args = ['-json', '-nogcp', '-nomd', '-norat', '-noct', '-if', 'GTiff', file]
  const said = await runGdal(gdal, 'gdalinfo', args, run).catch((error: unknown) => {
    // It does no more than open the file.
    if (!isPieceworkError(error, 'gdal/failed') && !isPieceworkError(error, 'gdal/format')) throw error
    throw new PieceworkError(
      'imagery/scene-format',
      `The file of a scene cannot be read as a GeoTIFF: ${error.message}`,
      {
        cause: error,
      },
    )
  })
  const info = infoSchema.safeParse(JSON.parse(said))
  if (!info.success) throw unsupported('gdalinfo does not say what is in it')
  return factsOf(info.data, names)
}

/** GDAL looks at more than the first bytes; what begins otherwise does not get that far. */
async function assertTiff(file: string): Promise<void> {
  const handle = await open(file)
  const start = Buffer.alloc(4)
  const { bytesRead } = await handle.read(start, 0, 4, 0).finally(() => handle.close())
  const magic = bytesRead === 4 ? start.toString('latin1') : ''
  if (!['II*\0', 'MM\0*', 'II+\0', 'MM\0+'].includes(magic))
    throw new PieceworkError(
      'imagery/scene-format',
      'The file of a scene must be a GeoTIFF; this one does not begin as a TIFF',
    )
}

function factsOf(info: Info, names: readonly string[] | undefined): SceneFacts {
  const [width, height] = info.size
  const wkt = info.coordinateSystem?.wkt
  if (!wkt) throw unsupported('it has no coordinate system')
  if (!/^(PROJCRS|GEOGCRS|BOUNDCRS|PROJCS|GEOGCS)\b/.test(wkt.trim()))
    throw unsupported('its coordinate system is neither projected nor geographic')
  const [originX, pixelWidth, skewX, originY, skewY, down] = (info.geoTransform ?? []) as number[]
  if (originX === undefined || pixelWidth === undefined || originY === undefined || down === undefined)
    throw unsupported('it does not say where it lies')
  if (skewX !== 0 || skewY !== 0 || pixelWidth <= 0 || down >= 0) throw unsupported('it is not north up')
  const isAlpha = (band: Info['bands'][number] | undefined) => band?.colorInterpretation === 'Alpha'
  const hasAlpha = isAlpha(info.bands.at(-1))
  const colors = hasAlpha ? info.bands.slice(0, -1) : info.bands
  if (colors.length === 0 || colors.some(isAlpha))
    throw unsupported('its alpha band is not the last of several')
  if (colors.length > toolLimits.bands) throw unsupported(`it has more than ${toolLimits.bands} bands`)
  const nodata = oneOf(
    colors.map(({ noDataValue }) => noDataValue),
    'nodata',
  )
  const epsg = info.stac?.['proj:epsg']
  return {
    width,
    height,
    crs: typeof epsg === 'number' ? `EPSG:${epsg}` : wkt,
    originX,
    originY,
    pixelWidth,
    pixelHeight: -down,
    dataType: typeOf(
      oneOf(
        info.bands.map(({ type }) => type),
        'data type',
      ),
    ),
    bands: bandsOf(colors, names),
    ...(nodata !== undefined && !hasAlpha && { nodata: Number(nodata) }),
    ...(hasAlpha && { alpha: true as const }),
  }
}

function oneOf<T>(values: readonly T[], what: string): T | undefined {
  if (new Set(values).size > 1) throw unsupported(`its bands differ in ${what}`)
  return values[0]
}

function typeOf(name: string | undefined): DataType {
  const type = dataTypes.find((one) => gdalTypes[one].name === name)
  if (!type) throw unsupported(`its data type ${name} is none of ${dataTypes.join(', ')}`)
  return type
}

function bandsOf(colors: Info['bands'], names: readonly string[] | undefined): readonly SceneBand[] {
  const found = colors.map(({ colorInterpretation }, at) => {
    const color = colorInterpretation.toLowerCase()
    const isName = ['red', 'green', 'blue'].includes(color)
    return { name: names?.[at] ?? (isName ? color : `band${at + 1}`), color }
  })
  if (names && names.length !== found.length)
    throw unsupported(`it has ${found.length} bands, and ${names.length} names were given`)
  if (new Set(found.map(({ name }) => name)).size < found.length)
    throw unsupported('two of its bands have one name')
  return found
}

function unsupported(why: string): PieceworkError {
  return new PieceworkError('imagery/scene-unsupported', `This GeoTIFF cannot be a scene: ${why}`)
}
