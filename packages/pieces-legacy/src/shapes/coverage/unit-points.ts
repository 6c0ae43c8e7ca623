import type { Grid } from '@piecework/marxan-files'
import type { PolygonShape } from '@piecework/vector-files'
import { boxOf } from './box.js'
import { innerPoint } from './inner-point.js'
import { PointLocator } from './point-locator.js'

/**
 * One point inside of each planning unit of a grid: a shape that contains it covers a part of the unit. About
 * 40 bytes a unit.
 */
export class UnitPoints {
  /** Units by the latitude of their points. */
  readonly #order: Uint32Array
  readonly #x: Float64Array
  readonly #y: Float64Array
  readonly #covered: Uint8Array
  #left: number

  private constructor(x: Float64Array, y: Float64Array) {
    this.#x = x
    this.#y = y
    this.#order = Uint32Array.from(x.keys()).sort((a, b) => (y[a] as number) - (y[b] as number))
    this.#covered = new Uint8Array(x.length)
    this.#left = x.length
  }

  static async of(grid: Grid): Promise<UnitPoints> {
    const x = new Float64Array(grid.records)
    const y = new Float64Array(grid.records)
    let units = 0
    for await (const batch of grid.features())
      for (const { geometry } of batch) {
        const point = 'problem' in geometry ? undefined : innerPoint(geometry.polygons)
        x[units] = point ? point[0] : Number.POSITIVE_INFINITY
        y[units] = point ? point[1] : Number.POSITIVE_INFINITY
        units += 1
      }
    return new UnitPoints(x.subarray(0, units), y.subarray(0, units))
  }

  /** Number of units that are not known to be covered. */
  get left(): number {
    return this.#left
  }

  /** `unit` is its position in the grid, from 0. */
  isCovered(unit: number): boolean {
    return this.#covered[unit] === 1
  }

  /** Marks the units whose point lies inside of the shape. */
  cover(shape: PolygonShape): void {
    const box = boxOf(shape)
    const [west, south, east, north] = box
    let locator: PointLocator | undefined
    for (let at = this.#firstFrom(south); at < this.#order.length; at += 1) {
      const unit = this.#order[at] as number
      const [x, y] = [this.#x[unit] as number, this.#y[unit] as number]
      if (y > north) break
      if (this.#covered[unit] === 1 || x < west || x > east) continue
      locator ??= new PointLocator(shape.polygons, box)
      if (!locator.contains(x, y)) continue
      this.#covered[unit] = 1
      this.#left -= 1
    }
  }

  #firstFrom(latitude: number): number {
    let [low, high] = [0, this.#order.length]
    while (low < high) {
      const middle = (low + high) >>> 1
      if ((this.#y[this.#order[middle] as number] as number) < latitude) low = middle + 1
      else high = middle
    }
    return low
  }
}
