import type { DataType } from '../pixels/data-type.js'
import type { Footprint } from './footprint.js'
import type { Rgb, SceneBand, SceneFacts } from './scene-facts.js'

/** Columns of `imagery.scenes` that hold what its file says. */
export const factColumns = [
  'width',
  'height',
  'crs',
  'origin_x',
  'origin_y',
  'pixel_width',
  'pixel_height',
  'data_type',
  'bands',
  'nodata',
  'alpha',
  'masked',
  'scale',
  'value_offset',
  'palette',
  'footprint',
] as const

export type FactRow = Readonly<Record<(typeof factColumns)[number], unknown>>

/** Values to bind, in the order of `factColumns`. */
export function factValues(facts: SceneFacts, footprint: Footprint | undefined): readonly unknown[] {
  const json = (value: unknown) => (value === undefined ? null : JSON.stringify(value))
  return [
    facts.width,
    facts.height,
    facts.crs,
    facts.originX,
    facts.originY,
    facts.pixelWidth,
    facts.pixelHeight,
    facts.dataType,
    json(facts.bands),
    facts.nodata === undefined ? null : String(facts.nodata),
    facts.alpha ?? false,
    facts.masked ?? false,
    facts.scale ?? null,
    facts.offset ?? null,
    json(facts.palette),
    json(footprint),
  ]
}

export function factsOfRow(row: FactRow): SceneFacts {
  return {
    width: row.width as number,
    height: row.height as number,
    crs: row.crs as string,
    originX: row.origin_x as number,
    originY: row.origin_y as number,
    pixelWidth: row.pixel_width as number,
    pixelHeight: row.pixel_height as number,
    dataType: row.data_type as DataType,
    bands: row.bands as readonly SceneBand[],
    ...(row.nodata !== null && { nodata: Number(row.nodata) }),
    ...(row.alpha === true && { alpha: true as const }),
    ...(row.masked === true && { masked: true as const }),
    ...(row.scale !== null && { scale: row.scale as number }),
    ...(row.value_offset !== null && { offset: row.value_offset as number }),
    ...(row.palette !== null && { palette: row.palette as readonly Rgb[] }),
  }
}
