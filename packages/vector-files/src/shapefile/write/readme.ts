import type { Field } from '../../vector-table.js'
import type { DbfField } from './dbf.js'

/** What stands beside the shapefiles for people: the layers, and the full names of their fields. */
export function readme(
  layers: readonly { readonly name: string; readonly records: number }[],
  fields: readonly Field[],
  dbfFields: readonly DbfField[],
): string {
  const lines = [
    'Coordinates are longitude and latitude in degrees, WGS 84 (EPSG:4326). Text is UTF-8.',
    '',
    'Shapefiles:',
    ...layers.map(({ name, records }) => `  ${name}.shp: ${records} ${records === 1 ? 'record' : 'records'}`),
    '',
    'Field (at most ten bytes) = its full name, type:',
    ...dbfFields.map(({ name }, at) => {
      const { name: full = '', type = '' } = fields[at] ?? {}
      return `  ${name} = ${inLine(full)}, ${type}`
    }),
  ]
  return `${lines.join('\r\n')}\r\n`
}

/** Names may hold anything; what would break or hide in a line is written as JSON does. */
const inLine = (name: string): string =>
  /^[\p{L}\p{M}\p{N}\p{P}\p{S} ]*$/u.test(name) ? name : JSON.stringify(name)
