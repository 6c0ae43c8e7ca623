import type { OutputField } from '../../output-layer.js'
import type { DbfColumn } from './dbf-column.js'

/** README.txt beside the shapefiles: the layers and the full names of their fields. */
export function readme(
  layers: readonly { readonly name: string; readonly records: number }[],
  fields: readonly OutputField[],
  columns: readonly DbfColumn[],
): string {
  const lines = [
    'Coordinates are longitude and latitude in degrees, WGS 84 (EPSG:4326). Text is UTF-8.',
    '',
    'Shapefiles:',
    ...layers.map(({ name, records }) => `  ${name}.shp: ${records} ${records === 1 ? 'record' : 'records'}`),
    '',
    'Field (at most ten bytes) = its full name, type:',
    ...columns.map(({ name }, at) => {
      const { name: full = '', type = '' } = fields[at] ?? {}
      return `  ${name} = ${inLine(full)}, ${type}`
    }),
  ]
  return `${lines.join('\r\n')}\r\n`
}

/** A name with characters that would break or hide in a line is written as JSON. */
const inLine = (name: string): string =>
  /^[\p{L}\p{M}\p{N}\p{P}\p{S} ]*$/u.test(name) ? name : JSON.stringify(name)
