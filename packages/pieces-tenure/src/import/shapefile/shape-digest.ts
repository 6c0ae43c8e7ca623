import { createHash } from 'node:crypto'
import { dbfTextBytes, type Geometry } from '@piecework/vector-files'
import { type ShapeKind, shapeKinds } from '../../output/shape-of.js'

type Position = readonly [x: number, y: number]
/** Of a point one with one position; of a polygon its rings. */
export type Lines = readonly (readonly Position[])[]

/**
 * What a shapefile holds of a location, as a number above 0. Where a ring begins and which way it goes round does not matter:
 * programs change that.
 */
export function shapeDigest(kind: ShapeKind, type: string, lines: Lines): number {
  const hash = createHash('sha1').update(Buffer.byteLength(type) > dbfTextBytes ? '' : type.trim())
  for (const text of kind.endsWith('polygons') ? edgesOf(lines) : lines.map((line) => line.join(' ')))
    hash.update('\n').update(text)
  return (Number.parseInt(hash.digest('hex').slice(0, 12), 16) + 1) * 8 + shapeKinds.indexOf(kind)
}

export const kindOfDigest = (digest: number): ShapeKind | undefined =>
  digest === 0 ? undefined : shapeKinds[digest % 8]

/** Of all rings, each with its ends in order. */
function edgesOf(lines: Lines): readonly string[] {
  const edges = lines.flatMap((ring) =>
    ring.slice(1).map((position, at) => {
      const [one, other] = [String(ring[at]), String(position)]
      return one < other ? `${one} ${other}` : `${other} ${one}`
    }),
  )
  return edges.sort()
}

export function linesOfGeometry(geometry: Geometry): Lines {
  switch (geometry.type) {
    case 'Point':
      return [[geometry.coordinates as Position]]
    case 'MultiPoint':
    case 'LineString':
      return [geometry.coordinates as readonly Position[]]
    case 'MultiLineString':
    case 'Polygon':
      return geometry.coordinates as Lines
    case 'MultiPolygon':
      return (geometry.coordinates as readonly Lines[]).flat()
    default:
      return []
  }
}
