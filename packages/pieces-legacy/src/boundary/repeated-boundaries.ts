import type { FindingCollector } from '@piecework/core/piece'
import { IdIndex, LineSample, pluralize } from '@piecework/marxan-files'
import { mostComparedPairs } from '../defaults.js'
import { FirstBoundaries } from './first-boundaries.js'
import type { MarxansRule } from './marxans-rule.js'

const file = 'bound.dat'

interface Row {
  readonly id1: number
  readonly id2: number
  readonly boundary: number
  readonly line: number
}

/**
 * Rows of bound.dat whose pair of planning units was there before, in either direction. Marxan takes the first
 * row of two units, and adds up the rows of a unit with itself.
 * @see readConnections in input.cpp of Marxan 4
 */
export class RepeatedBoundaries {
  readonly #findings: FindingCollector
  readonly #rule: MarxansRule
  readonly #indexes = new IdIndex()
  #first: FirstBoundaries | undefined = new FirstBoundaries()
  #equal = 0
  readonly #different = new LineSample<Row & { readonly counting: number }>()
  #outer = 0
  /** Distinct pairs of two units, and their rows by which id is first. */
  #pairs = 0
  #up = 0
  #down = 0

  constructor(findings: FindingCollector, rule: MarxansRule) {
    this.#findings = findings
    this.#rule = rule
  }

  add(row: Row): void {
    if (!this.#first) return
    const { id1, id2, boundary } = row
    const first = this.#first.add(this.#indexes.add(id1), this.#indexes.add(id2), boundary)
    if (id1 < id2) this.#up += 1
    else if (id1 > id2) this.#down += 1
    if (first !== undefined) this.#repeat(row, first)
    else if (id1 !== id2) this.#pairs += 1
    if (this.#first.size > mostComparedPairs) this.#first = undefined
  }

  report(): void {
    const [equal, outer, rule] = [this.#equal, this.#outer, this.#rule]
    this.#reportDifferent()
    if (equal > 0)
      this.#findings.warning('legacy/boundary-duplicate', { file }, () => ({
        message: this.#areBothWays
          ? `Each of the ${pluralize(equal, 'pair', 'pairs')} of planning units has two equal rows, one for each direction; the first one counts, ${rule.equal}`
          : `${pluralize(equal, 'row repeats a pair', 'rows repeat pairs')} of planning units of earlier rows, in this direction or the other, with the same boundary; the first row of a pair counts, ${rule.equal}`,
        count: equal,
      }))
    if (outer > 0)
      this.#findings.warning('legacy/outer-boundary-duplicate', { file }, () => ({
        message: `${pluralize(outer, 'row repeats the outer boundary of a planning unit', 'rows repeat outer boundaries of planning units')}; those of one unit are added up, ${rule.outer}`,
        count: outer,
      }))
    if (!this.#first)
      this.#findings.warning('legacy/boundaries-not-compared', { file }, () => ({
        message: `${file} has more than ${mostComparedPairs} pairs of planning units: whether all are there once is counted when they are imported`,
      }))
  }

  /** Every pair is there twice, once in each direction, with one boundary. */
  get #areBothWays(): boolean {
    const pairs = this.#pairs
    const once = this.#equal === pairs && this.#up === pairs && this.#down === pairs
    return once && this.#different.count === 0 && this.#first !== undefined
  }

  #repeat({ id1, id2, boundary, line }: Row, first: number): void {
    if (id1 === id2) this.#outer += 1
    else if (boundary === first) this.#equal += 1
    else this.#different.add({ id1, id2, boundary, line, counting: first })
  }

  #reportDifferent(): void {
    const { first, count, lines } = this.#different
    if (!first) return
    const { id1, id2, boundary, line, counting } = first
    this.#findings.warning('legacy/boundary-differs', { file, line, column: 'boundary' }, () =>
      count === 1
        ? {
            message: `The boundary of the planning units ${id1} and ${id2} is ${boundary}, but ${counting} in an earlier row of the pair; ${counting} counts, ${this.#rule.different}`,
          }
        : {
            message: `${count} rows have another boundary than an earlier row of the same planning units, ${id1} and ${id2} have ${boundary} on line ${line} and ${counting} before for instance; ${counting} counts, ${this.#rule.different}: lines ${lines}`,
            count,
          },
    )
  }
}
