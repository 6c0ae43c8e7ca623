import type { FindingCollector } from '@piecework/core/piece'
import { type BoundBatch, IdSample, type KnownIds } from '@piecework/marxan-files'
import { RepeatedBoundaries } from './repeated-boundaries.js'

const file = 'bound.dat'

/**
 * The rows of bound.dat against the planning units. An empty index means that its file cannot be read: then
 * every id counts as known.
 */
export class CheckBoundaries {
  readonly repeated: RepeatedBoundaries
  /** Planning units of skipped rows that are not in the grid. */
  readonly outside = new IdSample()
  readonly #inPu: KnownIds
  readonly #imported: KnownIds
  readonly #findings: FindingCollector

  constructor(inPu: KnownIds, imported: KnownIds, findings: FindingCollector) {
    this.repeated = new RepeatedBoundaries(findings)
    this.#inPu = inPu
    this.#imported = imported
    this.#findings = findings
  }

  add({ length, lines, columns }: BoundBatch): void {
    for (let row = 0; row < length; row += 1) {
      const line = lines[row] as number
      const ids = { id1: columns.id1[row] as number, id2: columns.id2[row] as number }
      const unknown = Object.entries(ids).filter(([, id]) => !has(this.#inPu, id))
      for (const [column, id] of unknown)
        this.#findings.error('legacy/unit-unknown', { file, line, column }, () => ({
          message: `The planning unit ${id} is not in pu.dat`,
        }))
      if (unknown.length > 0) continue
      const outside = [ids.id1, ids.id2].find((id) => !has(this.#imported, id))
      if (outside !== undefined) this.outside.add(outside)
      else this.repeated.add({ ...ids, boundary: columns.boundary[row] as number, line })
    }
  }
}

const has = (index: KnownIds, id: number): boolean => index.size === 0 || index.get(id) >= 0
