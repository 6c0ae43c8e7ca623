import { PieceworkError } from '@piecework/core/piece'

/** A geometry as PostGIS stores it, of any kind. Exactly one of the last three members is there. */
export interface Ewkb {
  /** Number of its kind: 1 is a point. */
  readonly type: number
  readonly hasZ: boolean
  readonly hasM: boolean
  readonly srid?: number
  /** Of a point, none or one; of a line or an arc. */
  readonly positions?: readonly Coordinates[]
  /** Of a polygon or a triangle. */
  readonly rings?: readonly (readonly Coordinates[])[]
  /** Of all others. */
  readonly members?: readonly Ewkb[]
}

/** x and y, and what else a position has. */
export type Coordinates = readonly [x: number, y: number, ...others: number[]]

export const ewkbType = {
  point: 1,
  lineString: 2,
  polygon: 3,
  multiPoint: 4,
  multiLineString: 5,
  multiPolygon: 6,
  collection: 7,
  circularString: 8,
  compoundCurve: 9,
  curvePolygon: 10,
  multiCurve: 11,
  multiSurface: 12,
  polyhedralSurface: 15,
  tin: 16,
  triangle: 17,
} as const

const flags = { z: 0x80000000, m: 0x40000000, srid: 0x20000000 } as const

/** Reads a geometry as PostgreSQL prints it: EWKB in hexadecimal digits. Throws `internal` for anything else. */
export function readEwkb(hex: string): Ewkb {
  return new EwkbReader(Buffer.from(hex, 'hex')).geometry()
}

class EwkbReader {
  readonly #bytes: Buffer
  #at = 0
  #isLittle = true

  constructor(bytes: Buffer) {
    this.#bytes = bytes
  }

  geometry(): Ewkb {
    this.#isLittle = this.#bytes.readUInt8(this.#at++) === 1
    const word = this.#count()
    const [hasZ, hasM] = [(word & flags.z) !== 0, (word & flags.m) !== 0]
    const type = word & 0xff
    const head = { type, hasZ, hasM, ...((word & flags.srid) !== 0 && { srid: this.#count() }) }
    const size = 2 + Number(hasZ) + Number(hasM)
    switch (type) {
      case ewkbType.point: {
        const position = this.#position(size)
        // This is how PostGIS writes POINT EMPTY.
        return { ...head, positions: position.every(Number.isNaN) ? [] : [position] }
      }
      case ewkbType.lineString:
      case ewkbType.circularString:
        return { ...head, positions: this.#many(() => this.#position(size)) }
      case ewkbType.polygon:
      case ewkbType.triangle:
        return { ...head, rings: this.#many(() => this.#many(() => this.#position(size))) }
      default:
        if (!Object.values<number>(ewkbType).includes(type))
          throw new PieceworkError('internal', `A geometry has the unknown kind ${type}.`)
        return { ...head, members: this.#many(() => this.geometry()) }
    }
  }

  #position(size: number): Coordinates {
    // Nearly all are such; there are millions.
    if (size === 2) return [this.#double(), this.#double()]
    return [this.#double(), this.#double(), ...Array.from({ length: size - 2 }, () => this.#double())]
  }

  #many<T>(one: () => T): T[] {
    const all: T[] = []
    for (let count = this.#count(); count > 0; count--) all.push(one())
    return all
  }

  #count(): number {
    this.#at += 4
    return this.#isLittle ? this.#bytes.readUInt32LE(this.#at - 4) : this.#bytes.readUInt32BE(this.#at - 4)
  }

  #double(): number {
    this.#at += 8
    return this.#isLittle ? this.#bytes.readDoubleLE(this.#at - 8) : this.#bytes.readDoubleBE(this.#at - 8)
  }
}
