import { ewkbHex, ewkbSize, writeEwkb } from '../ewkb.js'
import type { Ring } from './ring.js'

interface Known {
  /** An open ring was closed, or a ring without area left out. */
  readonly mended: boolean
  /** Certain to be valid where it is: one convex ring between the antimeridians. Of others a database knows. */
  readonly convex: boolean
}

/** Polygon or multipolygon in EPSG:4326. Longitudes go beyond 180 where it crosses the antimeridian. */
export class PlacedShape implements Known {
  readonly mended: boolean
  readonly convex: boolean
  /** Of closed rings, the outer one first. */
  readonly polygons: readonly (readonly Ring[])[]

  constructor(polygons: readonly (readonly Ring[])[], { mended, convex }: Known) {
    this.polygons = polygons
    this.mended = mended
    this.convex = convex
  }

  /** Hexadecimal; made when it is asked for, as a validation needs none of most shapes. */
  get ewkb(): string {
    return ewkbHex(this.polygons)
  }

  /** Bytes of its EWKB. */
  get size(): number {
    return ewkbSize(this.polygons)
  }

  /** Its EWKB, as bytes from `at` on. */
  writeEwkb(view: DataView, at: number): void {
    writeEwkb(this.polygons, view, at)
  }
}
