import type { FindingCollector } from '@piecework/core/piece'
import { type BoundBatch, IdIndex, IdSample, type KnownIds } from '@piecework/marxan-files'
import { EdgeSet } from './edge-set.js'

const file = 'bound.dat'

/**
 * Pairs of planning units in bound.dat. An empty index means that its file cannot be read: then every id
 * counts as known.
 */
export class Edges {
  /** Rows whose pair was there before. */
  repeated = 0
  /** Planning units of skipped rows that are not in the grid. */
  readonly outside = new IdSample()
  readonly #inPu: KnownIds
  readonly #imported: KnownIds
  readonly #indexes = new IdIndex()
  readonly #seen = new EdgeSet()
  /** Distinct pairs of two units, and their rows by which id is first. */
  #pairs = 0
  #up = 0
  #down = 0

  constructor(inPu: KnownIds, imported: KnownIds) {
    this.#inPu = inPu
    this.#imported = imported
  }

  /** Every pair is there twice, once in each direction. */
  get areBothWays(): boolean {
    const pairs = this.#pairs
    return pairs > 0 && this.repeated === pairs && this.#up === pairs && this.#down === pairs
  }

  add({ length, lines, columns }: BoundBatch, findings: FindingCollector): void {
    for (let row = 0; row < length; row += 1) {
      const ids = { id1: columns.id1[row] as number, id2: columns.id2[row] as number }
      const unknown = Object.entries(ids).filter(([, id]) => !has(this.#inPu, id))
      for (const [column, id] of unknown)
        findings.error('legacy/unit-unknown', { file, line: lines[row] as number, column }, () => ({
          message: `The planning unit ${id} is not in pu.dat`,
        }))
      if (unknown.length > 0) continue
      const outside = [ids.id1, ids.id2].find((id) => !has(this.#imported, id))
      if (outside !== undefined) this.outside.add(outside)
      else this.#count(ids)
    }
  }

  #count({ id1, id2 }: { readonly id1: number; readonly id2: number }): void {
    const isNew = this.#seen.add(this.#indexes.add(id1), this.#indexes.add(id2))
    if (!isNew) this.repeated += 1
    else if (id1 !== id2) this.#pairs += 1
    if (id1 < id2) this.#up += 1
    else if (id1 > id2) this.#down += 1
  }
}

const has = (index: KnownIds, id: number): boolean => index.size === 0 || index.get(id) >= 0
