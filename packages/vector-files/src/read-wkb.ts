import { PieceworkError } from '@piecework/core/piece'
import type { Geometry, Position, SimpleGeometry } from './geometry/geometry.js'

export interface ReadGeometry {
  /** Null where nothing is in it, or a coordinate is not finite. */
  readonly geometry: Geometry | null
  readonly finite: boolean
}

/**
 * A geometry of two dimensions in little-endian WKB, as `ST_AsBinary(geom, 'NDR')` writes it. Surfaces of triangles and of
 * polygons become multipolygons.
 */
export function readWkb(bytes: Buffer): ReadGeometry {
  return new WkbReader(bytes).read()
}

class WkbReader {
  readonly #bytes: Buffer
  #at = 0
  /** False as soon as a coordinate was none. */
  #finite = true

  constructor(bytes: Buffer) {
    this.#bytes = bytes
  }

  read(): ReadGeometry {
    const geometry = this.#geometry()
    const finite = this.#finite
    return { geometry: (finite && geometry) || null, finite }
  }

  #geometry(): Geometry | undefined {
    if (this.#bytes[this.#at] !== 1) throw unknown('is not little-endian WKB')
    this.#at++
    const type = this.#count()
    switch (type) {
      case 1:
        return this.#point()
      case 2:
        return filled('LineString', this.#positions())
      case 3:
      case 17:
        return filled('Polygon', this.#rings())
      case 4:
        return filled('MultiPoint', this.#members('Point'))
      case 5:
        return filled('MultiLineString', this.#members('LineString'))
      case 6:
      case 15:
      case 16:
        return filled('MultiPolygon', this.#members('Polygon'))
      case 7: {
        const geometries = this.#many(() => this.#geometry()).filter((one) => one !== undefined)
        return geometries.length > 0 ? { type: 'GeometryCollection', geometries } : undefined
      }
      default:
        throw unknown(`has the unknown type ${type}`)
    }
  }

  #point(): Geometry | undefined {
    const [x, y] = [this.#double(), this.#double()]
    // PostGIS writes POINT EMPTY so.
    if (Number.isNaN(x) && Number.isNaN(y)) return undefined
    if (!Number.isFinite(x) || !Number.isFinite(y)) this.#finite = false
    return { type: 'Point', coordinates: [x, y] }
  }

  /** Coordinates of the parts of a multi-geometry, empty ones left out. */
  #members<Type extends SimpleGeometry['type']>(type: Type): CoordinatesOf<Type>[] {
    return this.#many(() => this.#geometry()).flatMap((member) => {
      if (!member) return []
      if (member.type !== type) throw unknown(`holds a ${member.type} where a ${type} belongs`)
      return [(member as Extract<SimpleGeometry, { type: Type }>).coordinates as CoordinatesOf<Type>]
    })
  }

  #rings(): Position[][] {
    return this.#many(() => this.#positions()).filter((ring) => ring.length > 0)
  }

  #positions(): Position[] {
    return this.#many(() => {
      const [x, y] = [this.#double(), this.#double()]
      if (!Number.isFinite(x) || !Number.isFinite(y)) this.#finite = false
      return [x, y] as const
    })
  }

  #many<T>(one: () => T): T[] {
    const all: T[] = []
    for (let count = this.#count(); count > 0; count--) all.push(one())
    return all
  }

  #count(): number {
    this.#at += 4
    return this.#bytes.readUInt32LE(this.#at - 4)
  }

  #double(): number {
    this.#at += 8
    return this.#bytes.readDoubleLE(this.#at - 8)
  }
}

type CoordinatesOf<Type> = Extract<SimpleGeometry, { type: Type }>['coordinates']

function filled<Type extends Exclude<SimpleGeometry['type'], 'Point'>>(
  type: Type,
  coordinates: CoordinatesOf<Type>,
): SimpleGeometry | undefined {
  return coordinates.length > 0 ? ({ type, coordinates } as SimpleGeometry) : undefined
}

const unknown = (what: string): PieceworkError =>
  new PieceworkError('internal', `A geometry of the database ${what}.`)
