import { open } from 'node:fs/promises'
import { isPieceworkError, PieceworkError } from '@piecework/core/piece'
import { type Gdal, type GdalRun, runGdal } from '@piecework/gdal'
import { z } from 'zod'
import { toolLimits } from '../defaults.js'
import { type DataType, dataTypes, gdalTypes } from '../pixels/data-type.js'
import type { BandRole, SceneBand, SceneFacts } from './scene-facts.js'

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
type Info = z.infer<typeof infoSchema>

/** What a band is called, and which light it is. */
export interface NamedBand {
  readonly name: string
  readonly role?: BandRole
}

/**
 * Reads what a file says of itself, which may come from anywhere. `names` of its bands in the file's order, without alpha;
 * absent, colors are names, and `band1` is one without. `readsAll`: every pixel is read, and what is cut off or altered is
 * refused. Throws `imagery/scene-format` for what is no GeoTIFF, and
 * `imagery/scene-unsupported` for one that cannot be exported.
 */
export async function readSceneFacts(
  gdal: Gdal,
  file: string,
  names?: readonly (string | NamedBand)[],
  { readsAll, ...run }: GdalRun & { readonly readsAll?: true } = {},
): Promise<SceneFacts> {
  if (!file.startsWith('/vsi')) assertTiff(await startOf(file))
  const said = await sceneInfo(gdal, file, readsAll ? ['-checksum'] : [], run)
  const info = infoSchema.safeParse(JSON.parse(said))
  if (!info.success) throw unsupported('gdalinfo does not say what is in it')
  return factsOf(info.data, names)
}

/** A checksum that cannot be computed is an error of files. */
const unreadable = ['gdal/failed', 'gdal/files', 'gdal/format'] as const

const sceneInfo = (gdal: Gdal, file: string, args: readonly string[], run: GdalRun): Promise<string> =>
  runGdal(gdal, 'gdalinfo', ['-json', '-nogcp', '-nomd', '-norat', ...args, '-if', 'GTiff', file], run).catch(
    (error: unknown) => {
      // It does no more than read the file.
      if (!unreadable.some((code) => isPieceworkError(error, code))) throw error
      throw new PieceworkError(
        'imagery/scene-format',
        `The file of a scene cannot be read as a GeoTIFF: ${(error as PieceworkError).message}`,
        { cause: error },
      )
    },
  )

async function startOf(file: string): Promise<Uint8Array> {
  const handle = await open(file)
  const start = Buffer.alloc(4)
  const { bytesRead } = await handle.read(start, 0, 4, 0).finally(() => handle.close())
  return start.subarray(0, bytesRead)
}

/** GDAL looks at more than the first bytes; what begins otherwise does not get that far. */
export function assertTiff(start: Uint8Array): void {
  if (!['II*\0', 'MM\0*', 'II+\0', 'MM\0+'].includes(Buffer.from(start.subarray(0, 4)).toString('latin1')))
    throw new PieceworkError(
      'imagery/scene-format',
      'The file of a scene must be a GeoTIFF; this one does not begin as a TIFF',
    )
}

function factsOf(info: Info, names: readonly (string | NamedBand)[] | undefined): SceneFacts {
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
    ...(nodata !== undefined && !hasAlpha && { nodata: numberOf(nodata) }),
    ...(hasAlpha && { alpha: true as const }),
    ...(!hasAlpha && isMasked(info) && { masked: true as const }),
    ...quantityOf(colors),
    ...paletteOf(info.bands),
  }
}

const isMasked = ({ bands }: Info): boolean => bands.some(({ mask }) => mask?.flags.includes('PER_DATASET'))

/** GDAL spells what JSON has no number for. */
const numberOf = (value: number | string): number =>
  Number(typeof value === 'string' ? value.replace(/inf$/i, 'Infinity') : value)

function quantityOf(colors: Info['bands']): Pick<SceneFacts, 'scale' | 'offset'> {
  const scale = oneOf(
    colors.map((band) => band.scale ?? 1),
    'scale',
  )
  const offset = oneOf(
    colors.map((band) => band.offset ?? 0),
    'offset',
  )
  return { ...(scale !== 1 && { scale }), ...(offset !== 0 && { offset }) } as Pick<
    SceneFacts,
    'scale' | 'offset'
  >
}

function paletteOf(bands: Info['bands']): Pick<SceneFacts, 'palette'> {
  const [first, ...others] = bands
  if (!bands.some(({ colorTable }) => colorTable)) return {}
  if (!first?.colorTable || others.length > 0) throw unsupported('it has a palette, and more than one band')
  if (typeOf(first.type) !== 'uint8') throw unsupported(`its palette is not of bytes, but of ${first.type}`)
  return {
    palette: first.colorTable.entries.map(([red = 0, green = 0, blue = 0]) => [red, green, blue] as const),
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

function bandsOf(
  colors: Info['bands'],
  names: readonly (string | NamedBand)[] | undefined,
): readonly SceneBand[] {
  const found = colors.map(({ colorInterpretation }, at) => {
    const color = colorInterpretation.toLowerCase()
    const isName = ['red', 'green', 'blue'].includes(color)
    const given = names?.[at] ?? (isName ? color : `band${at + 1}`)
    return { ...(typeof given === 'string' ? { name: given } : given), color }
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
