import { PieceworkError } from '@piecework/core/piece'
import type { Geometry, Position, SimpleGeometry } from '../geometry/geometry.js'
import { littleEndian, wkbType } from './wkb-type.js'

export interface ReadGeometry {
  /** Null if it is empty, or if a coordinate is not finite. */
  readonly geometry: Geometry | null
  readonly finite: boolean
}

/**
 * Reads a two-dimensional geometry in little-endian WKB, as `ST_AsBinary(geom, 'NDR')` writes it. Polyhedral
 * surfaces and TINs become multipolygons. Throws `internal` for anything else.
 */
export function readWkb(bytes: Buffer): ReadGeometry {
  return new WkbReader(bytes).read()
}

class WkbReader {
  readonly #bytes: Buffer
  #at = 0
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
    if (this.#bytes[this.#at] !== littleEndian) throw unknown('is not little-endian WKB')
    this.#at++
    const type = this.#count()
    switch (type) {
      case wkbType.point:
        return this.#point()
      case wkbType.lineString:
        return filled('LineString', this.#positions())
      case wkbType.polygon:
      case wkbType.triangle:
        return filled('Polygon', this.#rings())
      case wkbType.multiPoint:
        return filled('MultiPoint', this.#members('Point'))
      case wkbType.multiLineString:
        return filled('MultiLineString', this.#members('LineString'))
      case wkbType.multiPolygon:
      case wkbType.polyhedralSurface:
      case wkbType.tin:
        return filled('MultiPolygon', this.#members('Polygon'))
      case wkbType.geometryCollection: {
        const geometries = this.#many(() => this.#geometry()).filter((one) => one !== undefined)
        return geometries.length > 0 ? { type: 'GeometryCollection', geometries } : undefined
      }
      default:
        throw unknown(`has the unknown type ${type}`)
    }
  }

  #point(): Geometry | undefined {
    const [x, y] = [this.#double(), this.#double()]
    // This is how PostGIS writes POINT EMPTY.
    if (Number.isNaN(x) && Number.isNaN(y)) return undefined
    if (!Number.isFinite(x) || !Number.isFinite(y)) this.#finite = false
    return { type: 'Point', coordinates: [x, y] }
  }

  /** Coordinates of the non-empty parts of a multi-geometry. */
  #members<Type extends SimpleGeometry['type']>(type: Type): CoordinatesOf<Type>[] {
    return this.#many(() => this.#geometry()).flatMap((member) => {
      if (!member) return []
      if (member.type !== type) throw unknown(`has a ${member.type} among its ${type}s`)
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
