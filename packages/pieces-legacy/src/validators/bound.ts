import type { Validator } from '@piecework/core'
import { type BoundBatch, readBound } from '../dat/bound.js'
import { Findings } from '../dat/findings.js'
import { IdIndex } from '../dat/id-index.js'
import { readIds } from '../dat/ids.js'
import { EdgeSet } from './edge-set.js'
import { FirstIds } from './first-ids.js'
import { type GridIds, importedUnits } from './units.js'

const file = 'bound.dat'

/** Checks bound.dat, where it was given, and it against pu.dat and the planning grid. */
export function boundValidator({ gridIds }: { readonly gridIds: GridIds }): Validator {
  return {
    async *validate(context) {
      const { entries, signal } = context
      if (!entries.paths.includes(file)) return
      const findings = new Findings()
      const imported = await importedUnits(entries, gridIds, signal)
      const named = (await readIds(entries.open('pu.dat'), signal)).index
      const edges = new Edges(named.size > 0 ? named : imported, imported)
      let rows = 0
      for await (const batch of readBound(entries.open(file), { findings, signal })) {
        edges.add(batch, findings)
        rows += batch.length
        context.progress(rows)
      }
      const { again, outside } = edges
      const { count } = outside
      if (count > 0)
        findings.warning('legacy/unit-unknown', { file }, () => ({
          message: `${count} rows are skipped: their planning units are not in the planning grid: ${outside.text}`,
          count,
        }))
      if (again > 0)
        findings.warning('legacy/boundary-duplicate', { file }, () => ({
          message: `${again} rows are of pairs of planning units that stand in other rows, in this order or the other; their boundaries are added up, so that they count more than once in BLM × boundary`,
          hint: 'Marxan itself takes the first row of a pair; leave one row of each.',
          count: again,
        }))
      yield* findings.list()
    },
  }
}

/** Pairs of planning units. An empty index says that its file cannot be read: then every id is taken as known. */
class Edges {
  /** Rows whose pair was there before. */
  again = 0
  /** Of rows that are skipped. */
  readonly outside = new FirstIds()
  readonly #named: IdIndex
  readonly #imported: IdIndex
  readonly #indexes = new IdIndex()
  readonly #seen = new EdgeSet()

  constructor(named: IdIndex, imported: IdIndex) {
    this.#named = named
    this.#imported = imported
  }

  add({ length, lines, columns }: BoundBatch, findings: Findings): void {
    for (let row = 0; row < length; row += 1) {
      const ids = { id1: columns.id1[row] as number, id2: columns.id2[row] as number }
      const unknown = Object.entries(ids).filter(([, id]) => !has(this.#named, id))
      for (const [column, id] of unknown)
        findings.error('legacy/unit-unknown', { file, line: lines[row] as number, column }, () => ({
          message: `The planning unit ${id} is not in pu.dat`,
        }))
      if (unknown.length > 0) continue
      const outside = [ids.id1, ids.id2].find((id) => !has(this.#imported, id))
      if (outside !== undefined) this.outside.add(outside)
      else if (!this.#seen.add(this.#indexes.add(ids.id1), this.#indexes.add(ids.id2))) this.again += 1
    }
  }
}

const has = (index: IdIndex, id: number): boolean => index.size === 0 || index.get(id) >= 0
