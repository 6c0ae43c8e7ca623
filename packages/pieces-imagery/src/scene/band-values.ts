import { type DataType, dataTypes, gdalTypes } from '../pixels/data-type.js'
import type { SceneFacts } from './scene-facts.js'
import type { SceneInfo } from './scene-info.js'
import { unsupportedScene } from './unsupported-scene.js'

type InfoBand = SceneInfo['bands'][number]

/** GDAL spells what JSON has no number for. */
export const numberOf = (value: number | string): number =>
  Number(typeof value === 'string' ? value.replace(/inf$/i, 'Infinity') : value)

/** Of all bands. */
export function quantityOf(colors: readonly InfoBand[]): Pick<SceneFacts, 'scale' | 'offset'> {
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

/** Of the only band. */
export function paletteOf(bands: readonly InfoBand[]): Pick<SceneFacts, 'palette'> {
  const [first, ...others] = bands
  if (!bands.some(({ colorTable }) => colorTable)) return {}
  if (!first?.colorTable || others.length > 0)
    throw unsupportedScene('it has a palette, and more than one band')
  if (typeOf(first.type) !== 'uint8')
    throw unsupportedScene(`its palette is not of bytes, but of ${first.type}`)
  return {
    palette: first.colorTable.entries.map(([red = 0, green = 0, blue = 0]) => [red, green, blue] as const),
  }
}

/** What all bands have. */
export function oneOf<T>(values: readonly T[], what: string): T | undefined {
  if (new Set(values).size > 1) throw unsupportedScene(`its bands differ in ${what}`)
  return values[0]
}

export function typeOf(name: string | undefined): DataType {
  const type = dataTypes.find((one) => gdalTypes[one].name === name)
  if (!type) throw unsupportedScene(`its data type ${name} is none of ${dataTypes.join(', ')}`)
  return type
}
