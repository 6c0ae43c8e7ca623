import type { FindingCollector } from '@piecework/core/piece'
import { type BoundBatch, IdSample, type KnownIds } from '@piecework/marxan-files'
import type { MarxansRule } from './marxans-rule.js'
import { RepeatedBoundaries } from './repeated-boundaries.js'

const file = 'bound.dat'

const ofOther =
  'No row is of planning units in pu.dat: see whether the two files are of one project, and number its planning units in the same way.'
const ofUnit =
  'See first whether pu.dat lacks a row, and add it: its id, its cost and its status. Delete rows of bound.dat only if their planning unit is not in the project.'

/**
 * The rows of bound.dat against the planning units. An empty index means that its file cannot be read: then
 * every id counts as known.
 */
export class CheckBoundaries {
  readonly repeated: RepeatedBoundaries
  /** Planning units of skipped rows that are not in the grid. */
  readonly outside = new IdSample()
  readonly #unknown = new IdSample()
  #rows = 0
  #known = 0
  #firstUnknown: { readonly line: number; readonly column: string } | undefined
  readonly #inPu: KnownIds
  readonly #imported: KnownIds
  readonly #findings: FindingCollector

  constructor(inPu: KnownIds, imported: KnownIds, rule: MarxansRule, findings: FindingCollector) {
    this.repeated = new RepeatedBoundaries(findings, rule)
    this.#inPu = inPu
    this.#imported = imported
    this.#findings = findings
  }

  add({ length, lines, columns }: BoundBatch): void {
    for (let row = 0; row < length; row += 1) {
      const line = lines[row] as number
      const ids = { id1: columns.id1[row] as number, id2: columns.id2[row] as number }
      const unknown = Object.entries(ids).filter(([, id]) => !has(this.#inPu, id))
      for (const [column, id] of unknown) {
        this.#unknown.add(id)
        this.#firstUnknown ??= { line, column }
      }
      this.#rows += 1
      if (unknown.length > 0) continue
      this.#known += 1
      const outside = [ids.id1, ids.id2].find((id) => !has(this.#imported, id))
      if (outside !== undefined) this.outside.add(outside)
      else this.repeated.add({ ...ids, boundary: columns.boundary[row] as number, line })
    }
  }

  /** After the last row. */
  report(): void {
    const { count, text } = this.#unknown
    if (this.#firstUnknown)
      this.#findings.error('legacy/unit-unknown', { file, ...this.#firstUnknown }, () => ({
        hint: this.#known === 0 && this.#rows > 1 ? ofOther : ofUnit,
        ...(count === 1
          ? { message: `The planning unit ${text} is not in pu.dat` }
          : { message: `${count} ids of rows are not those of planning units in pu.dat: ${text}`, count }),
      }))
    this.repeated.report()
  }
}

const has = (index: KnownIds, id: number): boolean => index.size === 0 || index.get(id) >= 0
