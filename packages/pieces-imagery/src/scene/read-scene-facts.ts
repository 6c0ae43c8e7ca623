import type { Gdal, GdalRun } from '@piecework/gdal'
import { toolLimits } from '../defaults.js'
import { numberOf, oneOf, paletteOf, quantityOf, typeOf } from './band-values.js'
import { sceneBands } from './scene-bands.js'
import type { NamedBand, SceneFacts } from './scene-facts.js'
import { type SceneInfo, sceneInfo } from './scene-info.js'
import { assertTiff, startOf } from './tiff-start.js'
import { unsupportedScene } from './unsupported-scene.js'

/**
 * Reads what a file says of itself, which may come from anywhere. `names` of its bands in the file's order, without alpha;
 * absent, colors are names, and `band1` is one without. `readsAll`: every pixel is read, and what is cut off or altered is
 * refused. Throws `imagery/scene-format` for what is no GeoTIFF, and `imagery/scene-unsupported` for one that cannot be exported.
 */
export async function readSceneFacts(
  gdal: Gdal,
  file: string,
  names?: readonly (string | NamedBand)[],
  { readsAll, ...run }: GdalRun & { readonly readsAll?: true } = {},
): Promise<SceneFacts> {
  if (!file.startsWith('/vsi')) assertTiff(await startOf(file))
  return factsOf(await sceneInfo(gdal, file, { ...run, ...(readsAll && { readsAll }) }), names)
}

function factsOf(info: SceneInfo, names: readonly (string | NamedBand)[] | undefined): SceneFacts {
  const [width, height] = info.size
  const wkt = info.coordinateSystem?.wkt
  if (!wkt) throw unsupportedScene('it has no coordinate system')
  if (!/^(PROJCRS|GEOGCRS|BOUNDCRS|PROJCS|GEOGCS)\b/.test(wkt.trim()))
    throw unsupportedScene('its coordinate system is neither projected nor geographic')
  const [originX, pixelWidth, skewX, originY, skewY, down] = (info.geoTransform ?? []) as number[]
  if (originX === undefined || pixelWidth === undefined || originY === undefined || down === undefined)
    throw unsupportedScene('it does not say where it lies')
  if (skewX !== 0 || skewY !== 0 || pixelWidth <= 0 || down >= 0) throw unsupportedScene('it is not north up')
  const isAlpha = (band: SceneInfo['bands'][number] | undefined) => band?.colorInterpretation === 'Alpha'
  const hasAlpha = isAlpha(info.bands.at(-1))
  const colors = hasAlpha ? info.bands.slice(0, -1) : info.bands
  if (colors.length === 0 || colors.some(isAlpha))
    throw unsupportedScene('its alpha band is not the last of several')
  if (colors.length > toolLimits.bands) throw unsupportedScene(`it has more than ${toolLimits.bands} bands`)
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
    bands: sceneBands(colors, names),
    ...(nodata !== undefined && !hasAlpha && { nodata: numberOf(nodata) }),
    ...(hasAlpha && { alpha: true as const }),
    ...(!hasAlpha && isMasked(info) && { masked: true as const }),
    ...quantityOf(colors),
    ...paletteOf(info.bands),
  }
}

const isMasked = ({ bands }: SceneInfo): boolean =>
  bands.some(({ mask }) => mask?.flags.includes('PER_DATASET'))
