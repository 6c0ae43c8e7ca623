import type { Geometry } from './geometry/geometry.js'
import { orientRings } from './geometry/orient-rings.js'
import type { FieldType, OutputFeature, OutputLayer } from './output-layer.js'

/**
 * A GeoJSON FeatureCollection with each feature on a line of its own.
 * @see RFC 7946
 */
export async function* geoJson(layer: OutputLayer): AsyncGenerator<Uint8Array> {
  const members = layer.fields.map(({ name, type }) => ({ start: `${JSON.stringify(name)}:`, type }))
  const feature = ({ values, geometry }: OutputFeature): string => {
    const properties = members.map(({ start, type }, at) => start + jsonOf(values[at] ?? null, type))
    return `{"type":"Feature","properties":{${properties.join(',')}},"geometry":${geometry ? JSON.stringify(oriented(geometry)) : 'null'}}`
  }
  yield Buffer.from(`{"type":"FeatureCollection","name":${JSON.stringify(layer.name)},"features":[`)
  let separator = '\n'
  for await (const batch of layer.features()) {
    if (batch.length === 0) continue
    yield Buffer.from(separator + batch.map(feature).join(',\n'))
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

/** NaN and infinities become null. Programs read digits alone as an integer of at most 64 bits. */
const double = (number: number): string =>
  Number.isInteger(number) && !Number.isSafeInteger(number) ? number.toExponential() : JSON.stringify(number)

/** Outer rings counterclockwise, holes clockwise. */
function oriented(geometry: Geometry): Geometry {
  switch (geometry.type) {
    case 'Polygon':
      return { type: 'Polygon', coordinates: orientRings(geometry.coordinates, 'counterclockwise') }
    case 'MultiPolygon':
      return {
        type: 'MultiPolygon',
        coordinates: geometry.coordinates.map((rings) => orientRings(rings, 'counterclockwise')),
      }
    case 'GeometryCollection':
      return { type: 'GeometryCollection', geometries: geometry.geometries.map(oriented) }
    default:
      return geometry
  }
}
