import type { KnownIds, PuvsprBatch } from '@piecework/marxan-files'
import { IdIndex } from '@piecework/marxan-files'
import { PairSet } from './pair-set.js'

/** Features that there is room for at first. */
const leastFeatures = 64

/** What is wrong with a row of puvspr.dat, compared with the other files. */
export type RowProblem = 'feature-unknown' | 'unit-unknown' | 'duplicate'

/**
 * Sums of amounts by feature, over the rows of puvspr.dat to import. An empty index of features or units
 * means that its file cannot be read: then every id counts as known.
 */
export class FeatureAmounts {
  readonly #features: KnownIds
  readonly #units: KnownIds
  /** Ids that came, if every id counts as known. */
  readonly #anyFeature: IdIndex | undefined
  readonly #anyUnit: IdIndex | undefined
  readonly #pairs = new PairSet()
  /** Units that are not imported, and their pairs. */
  readonly #others = new IdIndex()
  readonly #otherPairs = new PairSet()
  /** By index of the feature. */
  #sums: Float64Array
  #rests: Float64Array
  #rows: Float64Array
  /** Features with rows that are skipped. */
  readonly #skipped = new Set<number>()

  constructor(features: KnownIds, units: KnownIds) {
    this.#features = features
    this.#units = units
    this.#anyFeature = features.size === 0 ? new IdIndex() : undefined
    this.#anyUnit = units.size === 0 ? new IdIndex() : undefined
    const size = Math.max(features.size, leastFeatures)
    this.#sums = new Float64Array(size)
    this.#rests = new Float64Array(size)
    this.#rows = new Float64Array(size)
  }

  /** Calls `report` for each row that is not counted. */
  add(batch: PuvsprBatch, report: (problem: RowProblem, row: number) => void): void {
    const { species, pu, amount } = batch.columns
    let unit = -1
    for (let row = 0; row < batch.length; row += 1) {
      const feature = indexOf(this.#features, species[row] as number, this.#anyFeature)
      // Rows of a planning unit mostly stand together.
      if (row === 0 || pu[row] !== pu[row - 1]) unit = indexOf(this.#units, pu[row] as number, this.#anyUnit)
      if (feature < 0) report('feature-unknown', row)
      else if (unit < 0) {
        this.#skipped.add(feature)
        report(this.#isOther(feature, pu[row] as number) ? 'unit-unknown' : 'duplicate', row)
      } else if (this.#pairs.add(feature, unit)) this.#sum(feature, amount[row] as number)
      else report('duplicate', row)
    }
  }

  /** Σ amount of a feature; 0 without rows. */
  total(id: number): number {
    const feature = this.#index(id)
    return (this.#sums[feature] ?? 0) + (this.#rests[feature] ?? 0)
  }

  rows(id: number): number {
    return this.#rows[this.#index(id)] ?? 0
  }

  /** Whether rows of the feature are skipped because their planning units are unknown. */
  skipped(id: number): boolean {
    return this.#skipped.has(this.#index(id))
  }

  #index(id: number): number {
    return (this.#anyFeature ?? this.#features).get(id)
  }

  /** False if the pair was there before. */
  #isOther(feature: number, pu: number): boolean {
    return this.#otherPairs.add(feature, this.#others.add(pu))
  }

  /** Compensated summation: the order of rows does not show in the digits that people see. */
  #sum(feature: number, amount: number): void {
    if (feature >= this.#sums.length) this.#grow(2 * feature)
    const before = this.#sums[feature] as number
    const after = before + amount
    const rest = before >= amount ? before - after + amount : amount - after + before
    this.#sums[feature] = after
    this.#rests[feature] = (this.#rests[feature] as number) + rest
    this.#rows[feature] = (this.#rows[feature] as number) + 1
  }

  /** Of any feature the number is known at the end only. */
  #grow(size: number): void {
    this.#sums = longer(this.#sums, size)
    this.#rests = longer(this.#rests, size)
    this.#rows = longer(this.#rows, size)
  }
}

function longer(numbers: Float64Array, length: number): Float64Array {
  const copy = new Float64Array(length)
  copy.set(numbers)
  return copy
}

const indexOf = (index: KnownIds, id: number, any: IdIndex | undefined) => (any ? any.add(id) : index.get(id))
