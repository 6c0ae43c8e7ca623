import { IdSample, type RankedAttribute, type TableIds } from '@piecework/marxan-files'

/** Ids of the planning grid, compared with those of pu.dat. */
export class GridComparison {
  /** Units of the grid without a row. */
  readonly missing = new IdSample()
  /** By index of pu.dat. */
  readonly inGrid: Uint8Array
  readonly #ids: TableIds
  #units = 0
  #least = Number.POSITIVE_INFINITY
  #most = Number.NEGATIVE_INFINITY

  constructor(ids: TableIds) {
    this.#ids = ids
    this.inGrid = new Uint8Array(ids.size)
  }

  add(id: number): void {
    const index = this.#ids.index.get(id)
    if (index < 0) this.missing.add(id)
    else this.inGrid[index] = 1
    this.#units += 1
    this.#least = Math.min(this.#least, id)
    this.#most = Math.max(this.#most, id)
  }

  get hasCommon(): boolean {
    return this.inGrid.includes(1)
  }

  /**
   * What to look at before a row is added: rows that are added to ids that do not belong together give units the costs of others. `best`:
   * the attribute whose values pu.dat has most of.
   */
  hint(best: RankedAttribute | undefined): string {
    const known = this.inGrid.reduce((sum, has) => sum + has, 0)
    if (best !== undefined && best.known > known)
      return `The attribute ${best.name} of the grid has more ids of pu.dat, ${best.known} of ${best.values}: see whether it is the one with the ids before rows are added.`
    const [least, most] = this.#range()
    if (this.#units === this.#ids.size && least !== this.#least && least - this.#least === most - this.#most)
      return `The ids of the grid go from ${this.#least} to ${this.#most}, those of pu.dat from ${least} to ${most}: see whether one of them counts from another number before rows are added.`
    return 'Add a row for each to pu.dat, with its id, cost and status; or, if they are not in the project, delete them from the shapefile of the planning grid in a GIS.'
  }

  #range(): readonly [number, number] {
    let [least, most] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]
    for (let index = 0; index < this.#ids.size; index += 1) {
      least = Math.min(least, this.#ids.index.id(index))
      most = Math.max(most, this.#ids.index.id(index))
    }
    return [least, most]
  }
}
