import { ewkbSize, writeEwkb } from '../wkb/write-ewkb.js'
import type { Polygons } from './ring.js'

interface ShapeFacts {
  /** An open ring was closed, or a ring without area was dropped. */
  readonly repaired: boolean
  /**
   * One convex ring between the antimeridians, which is certainly valid. Only a database can tell about other
   * shapes.
   */
  readonly convex: boolean
}

/**
 * Polygon or multipolygon of closed rings in EPSG:4326. Longitudes exceed 180 if it crosses the antimeridian. Of
 * a layer with a `wkt` it is in the coordinates of that.
 */
export class PolygonShape implements ShapeFacts {
  readonly polygons: Polygons
  readonly repaired: boolean
  readonly convex: boolean

  constructor(polygons: Polygons, { repaired, convex }: ShapeFacts) {
    this.polygons = polygons
    this.repaired = repaired
    this.convex = convex
  }

  /** Hexadecimal; encoded on each call. */
  get ewkb(): string {
    const bytes = Buffer.allocUnsafe(this.size)
    this.writeEwkb(new DataView(bytes.buffer, bytes.byteOffset, bytes.length), 0)
    return bytes.toString('hex')
  }

  /** Bytes of its EWKB. */
  get size(): number {
    return ewkbSize(this.polygons)
  }

  /** Writes its EWKB at `offset`. */
  writeEwkb(view: DataView, offset: number): void {
    writeEwkb(this.polygons, view, offset)
  }
}
