import type { Geometry } from './geometry/geometry.js'
import { wound } from './geometry/winding.js'
import type { FieldType, GeoRow, GeoTable } from './vector-table.js'

/**
 * A GeoJSON FeatureCollection, one feature for each row on a line of its own. Rows without geometry have `null`.
 * @see RFC 7946
 */
export async function* geoJson(table: GeoTable): AsyncGenerator<Uint8Array> {
  const members = table.fields.map(({ name, type }) => ({ start: `${JSON.stringify(name)}:`, type }))
  const feature = ({ values, geometry }: GeoRow): string => {
    const properties = members.map(({ start, type }, at) => start + jsonOf(values[at] ?? null, type))
    return `{"type":"Feature","properties":{${properties.join(',')}},"geometry":${geometry ? JSON.stringify(turned(geometry)) : 'null'}}`
  }
  yield Buffer.from(`{"type":"FeatureCollection","name":${JSON.stringify(table.name)},"features":[`)
  let separator = '\n'
  for await (const rows of table.rows()) {
    if (rows.length === 0) continue
    yield Buffer.from(separator + rows.map(feature).join(',\n'))
    separator = ',\n'
  }
  yield Buffer.from('\n]}\n')
}

function jsonOf(value: string | null, type: FieldType): string {
  if (value === null) return 'null'
  switch (type) {
    case 'integer':
      return value
    case 'double':
      return double(Number(value))
    case 'boolean':
      return value === 't' ? 'true' : 'false'
    default:
      return JSON.stringify(value)
  }
}

/** NaN and infinities are no JSON. Programs take digits alone for an integer, of 64 bits at most. */
const double = (number: number): string =>
  Number.isInteger(number) && !Number.isSafeInteger(number) ? number.toExponential() : JSON.stringify(number)

/** Outer rings counterclockwise, holes clockwise. */
function turned(geometry: Geometry): Geometry {
  switch (geometry.type) {
    case 'Polygon':
      return { type: 'Polygon', coordinates: wound(geometry.coordinates, 'counterclockwise') }
    case 'MultiPolygon':
      return {
        type: 'MultiPolygon',
        coordinates: geometry.coordinates.map((rings) => wound(rings, 'counterclockwise')),
      }
    case 'GeometryCollection':
      return { type: 'GeometryCollection', geometries: geometry.geometries.map(turned) }
    default:
      return geometry
  }
}
