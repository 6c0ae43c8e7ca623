import type { Layer, LayerColumn, LayerRow, LayerValue } from './layers.js'
import { wkbHex } from './wkb-hex.js'

/** A table as GDAL reads it: lines of GeoJSON, which tell null from the empty text. */
export interface SourceFile {
  readonly layer: Layer
  readonly name: string
}

const field = (at: number): string => `f${at}`
const geometryField = 'g'

/** Its first line is no row, and is passed over: without it GDAL would take texts for dates, and has no types of a table without rows. */
export async function* sourceBytes({ columns, hasGeometry, rows }: Layer): AsyncGenerator<Uint8Array> {
  const values = columns.map(({ type }) => sampleOf[type])
  yield Buffer.from(
    lineOf({ values, geometry: null }, hasGeometry).replace(
      '"properties":{',
      `"properties":{"${sampleField}":"x",`,
    ),
  )
  for await (const batch of rows()) yield Buffer.from(batch.map((row) => lineOf(row, hasGeometry)).join(''))
}

const sampleField = 'sample'
const sampleOf: Readonly<Record<LayerColumn['type'], LayerValue>> = { text: 'x', number: 0.5, boolean: true }

/** The geometry is a text, which GDAL reads as WKB: GeoJSON has no curves. */
function lineOf({ values, geometry }: LayerRow, hasGeometry: boolean): string {
  const members = values.map((value, at) => `"${field(at)}":${json(value)}`)
  if (hasGeometry) members.push(`"${geometryField}":${json(geometry === null ? null : wkbHex(geometry))}`)
  return `{"type":"Feature","geometry":null,"properties":{${members.join(',')}}}\n`
}

/** Numbers with an exponent, which are doubles: GDAL cuts integers of more than 64 bits. */
const json = (value: LayerValue): string =>
  typeof value === 'number' ? value.toExponential() : JSON.stringify(value)

const types: Readonly<Record<LayerColumn['type'], string>> = {
  text: 'type="String"',
  number: 'type="Real"',
  boolean: 'type="Integer" subtype="Boolean"',
}

/** The tables with their names and types, beside their files. */
export function vrtOf(files: readonly SourceFile[]): string {
  const layers = files.map(({ layer, name }) => {
    const geometry = layer.hasGeometry
      ? `<GeometryType>wkbUnknown</GeometryType><LayerSRS>EPSG:4326</LayerSRS><GeometryField encoding="WKB" field="${geometryField}"/>`
      : '<GeometryType>wkbNone</GeometryType>'
    const fields = layer.columns.map(
      (column, at) => `<Field name="${escaped(column.name)}" src="${field(at)}" ${types[column.type]}/>`,
    )
    return [
      `<OGRVRTLayer name="${escaped(layer.name)}"><SrcDataSource relativeToVRT="1">${name}</SrcDataSource>`,
      `<SrcSQL>SELECT * FROM "${name.slice(0, name.lastIndexOf('.'))}" WHERE "${sampleField}" IS NULL</SrcSQL>`,
      geometry,
      ...fields,
      '</OGRVRTLayer>',
    ].join('\n')
  })
  return `<OGRVRTDataSource>\n${layers.join('\n')}\n</OGRVRTDataSource>\n`
}

const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' }
const escaped = (text: string): string => text.replace(/[&<>"]/g, (one) => entities[one] ?? one)
