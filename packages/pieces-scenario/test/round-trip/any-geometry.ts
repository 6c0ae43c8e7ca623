import fc from 'fast-check'

// Geometries are EWKT. None has to be valid or simple: PostgreSQL stores what it can read.

const coordinate = fc.oneof(
  fc
    .double({ min: -180, max: 180, noNaN: true })
    .map((value) => (Object.is(value, -0) ? '-0' : String(value))),
  fc.constantFrom('0', '-0', '1e-300', '1e300', '-180', '0.1'),
)
const position = fc.tuple(coordinate, coordinate).map(([x, y]) => `${x} ${y}`)

const ring = fc
  .array(position, { minLength: 3, maxLength: 4 })
  .map((corners) => `(${[...corners, corners[0]].join(',')})`)

/** The second and third ring are holes. */
const polygonBody = fc.array(ring, { minLength: 1, maxLength: 3 }).map((rings) => `(${rings.join(',')})`)
const polygon = fc.oneof(
  polygonBody.map((body) => `POLYGON${body}`),
  fc.constant('POLYGON EMPTY'),
)

const multiPolygon = fc.oneof(
  fc.array(polygonBody, { minLength: 1, maxLength: 3 }).map((bodies) => `MULTIPOLYGON(${bodies.join(',')})`),
  fc.constant('MULTIPOLYGON EMPTY'),
)

const several = fc.array(position, { minLength: 2, maxLength: 3 }).map((positions) => positions.join(','))

const single = fc.oneof(
  polygon,
  multiPolygon,
  position.map((at) => `POINT(${at})`),
  several.map((positions) => `LINESTRING(${positions})`),
  several.map((positions) => `MULTIPOINT(${positions})`),
  several.map((positions) => `MULTILINESTRING((${positions}))`),
  fc.constantFrom(
    'POINT EMPTY',
    'LINESTRING EMPTY',
    'MULTIPOINT EMPTY',
    'MULTIPOINT(0 0, EMPTY)',
    'MULTIPOLYGON(EMPTY, ((0 0,1 0,1 1,0 0)))',
    'CIRCULARSTRING(0 0,1 1,2 0)',
  ),
)

const collection = fc
  .array(single, { maxLength: 3 })
  .map((parts) =>
    parts.length === 0 ? 'GEOMETRYCOLLECTION EMPTY' : `GEOMETRYCOLLECTION(${parts.join(',')})`,
  )

const located = (wkt: string): string => `SRID=4326;${wkt}`

export const anyPolygonal: fc.Arbitrary<string> = fc.oneof(polygon, multiPolygon).map(located)
export const anyMultiPolygon: fc.Arbitrary<string> = multiPolygon.map(located)
export const anyGeometry: fc.Arbitrary<string> = fc.oneof(single, collection).map(located)
