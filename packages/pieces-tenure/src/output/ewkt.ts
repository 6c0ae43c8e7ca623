import { type Coordinates, type Ewkb, ewkbType } from './ewkb.js'

const names: Readonly<Record<number, string>> = {
  [ewkbType.point]: 'POINT',
  [ewkbType.lineString]: 'LINESTRING',
  [ewkbType.polygon]: 'POLYGON',
  [ewkbType.multiPoint]: 'MULTIPOINT',
  [ewkbType.multiLineString]: 'MULTILINESTRING',
  [ewkbType.multiPolygon]: 'MULTIPOLYGON',
  [ewkbType.collection]: 'GEOMETRYCOLLECTION',
  [ewkbType.circularString]: 'CIRCULARSTRING',
  [ewkbType.compoundCurve]: 'COMPOUNDCURVE',
  [ewkbType.curvePolygon]: 'CURVEPOLYGON',
  [ewkbType.multiCurve]: 'MULTICURVE',
  [ewkbType.multiSurface]: 'MULTISURFACE',
  [ewkbType.polyhedralSurface]: 'POLYHEDRALSURFACE',
  [ewkbType.tin]: 'TIN',
  [ewkbType.triangle]: 'TRIANGLE',
}

/** Kinds that stand without their name inside of others; in collections every one has its name. */
const nameless: ReadonlySet<number> = new Set([
  ewkbType.point,
  ewkbType.lineString,
  ewkbType.polygon,
  ewkbType.triangle,
])

/** As text that PostGIS reads: `SRID=4326;POINT(0.1 51.5)`. Numbers have the digits that read back the same. */
export function ewktOf(geometry: Ewkb): string {
  const text = named(geometry)
  return geometry.srid === undefined ? text : `SRID=${geometry.srid};${text}`
}

function named(geometry: Ewkb): string {
  const { type, hasZ, hasM } = geometry
  const inside = contentOf(geometry)
  // Without positions nothing tells of heights.
  if (inside === undefined) return `${names[type]}${hasZ ? ' Z' : ''}${hasM ? 'M' : ''} EMPTY`
  return `${names[type]}${hasM && !hasZ ? 'M' : ''}${inside}`
}

/** Undefined: it is empty. */
function contentOf({ type, positions, rings, members }: Ewkb): string | undefined {
  if (positions) return positions.length === 0 ? undefined : positionsOf(positions)
  const parts =
    rings?.map(positionsOf) ??
    members?.map((member) =>
      type === ewkbType.collection || !nameless.has(member.type)
        ? named(member)
        : (contentOf(member) ?? 'EMPTY'),
    ) ??
    []
  return parts.length === 0 ? undefined : `(${parts.join(',')})`
}

/** Nearly all have two numbers; there are millions, and `join` is slow with numbers. */
function positionsOf(positions: readonly Coordinates[]): string {
  let text = ''
  for (const one of positions) {
    const position = one.length === 2 ? `${one[0]} ${one[1]}` : one.join(' ')
    text += text === '' ? `(${position}` : `,${position}`
  }
  return `${text})`
}
