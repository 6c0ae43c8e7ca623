import type { UnitSet } from '../units/unit-set.js'
import type { RunSummary } from './read.js'

export interface BestRun {
  /** Undefined if there are no runs. */
  readonly run: number | undefined
  /** Whether it is the one of which Marxan has written `_best` and `_mvbest`, as far as the solutions tell. */
  readonly isCertain: boolean
  /** All runs with the lowest score, in order. */
  readonly tied: readonly number[]
  /** A run with a higher score whose solution `_best` is. */
  readonly bestIs?: number
}

/**
 * Finds the best run while solutions are read: the one with the lowest score; of several with that score the one that `_best` is, or, if that
 * does not tell, the first.
 */
export class BestRunSearch {
  readonly #tied: ReadonlySet<number>
  readonly #best: UnitSet | undefined
  /** Of runs with the lowest score. */
  #solutions = 0
  #first: UnitSet | undefined
  #differ = false
  #match: number | undefined
  #bestIs: number | undefined

  /** `best` is what `_best` selects, if there is such a file. */
  constructor(summaries: readonly RunSummary[], best: UnitSet | undefined) {
    const lowest = summaries.reduce((low, { score }) => Math.min(low, score), Number.POSITIVE_INFINITY)
    const tied = summaries.filter(({ score }) => score === lowest).map(({ run }) => run)
    this.#tied = new Set(tied.sort((a, b) => a - b))
    this.#best = best
  }

  /** Takes the solution of any run, in any order. */
  add(run: number, selected: UnitSet): void {
    const isTied = this.#tied.has(run)
    if (isTied) this.#solutions += 1
    if (this.#best) {
      if (!selected.equals(this.#best)) return
      if (isTied) this.#match = Math.min(run, this.#match ?? run)
      else this.#bestIs = Math.min(run, this.#bestIs ?? run)
    } else if (isTied && this.#tied.size > 1 && !this.#differ) {
      this.#first ??= selected.copy()
      this.#differ = !selected.equals(this.#first)
    }
  }

  /** Of the solutions so far. */
  get result(): BestRun {
    const tied = [...this.#tied]
    if (this.#match !== undefined) return { run: this.#match, isCertain: true, tied }
    const [run] = tied
    if (this.#bestIs !== undefined) return { run, isCertain: false, tied, bestIs: this.#bestIs }
    // A single run without a solution, which `_best` may be; or solutions of which each is as good as the others.
    const isOpen = this.#solutions < tied.length
    const isCertain = this.#best ? tied.length === 1 && isOpen : tied.length < 2 || !(isOpen || this.#differ)
    return { run, isCertain, tied }
  }
}
