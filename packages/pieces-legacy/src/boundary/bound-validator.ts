import { checkOptions, FindingCollector, type Validator } from '@piecework/core/piece'
import {
  type BoundBatch,
  IdIndex,
  IdSample,
  type KnownIds,
  pluralize,
  readBound,
  tableIds,
} from '@piecework/marxan-files'
import { type GridIdsOptions, gridIdsChecks, importedUnits } from '../units/grid-ids.js'
import { EdgeSet } from './edge-set.js'

const file = 'bound.dat'

/** Checks bound.dat, where it was given, and it against pu.dat and the planning grid. */
export function boundValidator(options: GridIdsOptions): Validator {
  const { gridIds } = checkOptions('boundValidator()', options, gridIdsChecks)
  return {
    async *validate(context) {
      const { entries, signal } = context
      if (!entries.paths.includes(file)) return
      const findings = new FindingCollector()
      const imported = await importedUnits(entries, gridIds, signal)
      const named = (await tableIds(entries, 'pu.dat', signal)).index
      const edges = new Edges(named.size > 0 ? named : imported, imported)
      let rows = 0
      for await (const batch of readBound(entries.open(file), { findings, signal })) {
        edges.add(batch, findings)
        rows += batch.length
        context.progress(rows)
      }
      const { again, outside } = edges
      if (edges.bothWays)
        findings.warning('legacy/boundary-duplicate', { file }, () => ({
          message: `Each of the ${pluralize(again, 'pair', 'pairs')} of planning units stands in two rows, one for each direction; their boundaries are added up, so that BLM counts double`,
          hint: 'Halve BLM in input.dat, or leave one row of each pair: Marxan itself takes the first.',
          count: again,
        }))
      else tellAgain(again, findings)
      const { count } = outside
      if (count > 0)
        findings.warning('legacy/unit-unknown', { file }, () => ({
          message: `${pluralize(count, 'row is skipped: its planning units are', 'rows are skipped: their planning units are')} not both in the planning grid: ${outside.text}`,
          count,
        }))
      yield* findings.list()
    },
  }
}

function tellAgain(again: number, findings: FindingCollector): void {
  if (again > 0)
    findings.warning('legacy/boundary-duplicate', { file }, () => ({
      message: `${pluralize(again, 'row is of a pair', 'rows are of pairs')} of planning units that ${again === 1 ? 'stands' : 'stand'} in other rows, in this order or the other; their boundaries are added up, so that they count more than once in BLM × boundary`,
      hint: 'Marxan itself takes the first row of a pair; leave one row of each.',
      count: again,
    }))
}

/** Pairs of planning units. An empty index says that its file cannot be read: then every id is taken as known. */
class Edges {
  /** Rows whose pair was there before. */
  again = 0
  /** Of rows that are skipped. */
  readonly outside = new IdSample()
  readonly #named: KnownIds
  readonly #imported: KnownIds
  readonly #indexes = new IdIndex()
  readonly #seen = new EdgeSet()
  /** Different pairs of two units, and rows of them by which id is first. */
  #pairs = 0
  #up = 0
  #down = 0

  constructor(named: KnownIds, imported: KnownIds) {
    this.#named = named
    this.#imported = imported
  }

  /** Every pair stands there twice, as in files that tell both directions. */
  get bothWays(): boolean {
    const pairs = this.#pairs
    return pairs > 0 && this.again === pairs && this.#up === pairs && this.#down === pairs
  }

  add({ length, lines, columns }: BoundBatch, findings: FindingCollector): void {
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
      else this.#count(ids)
    }
  }

  #count({ id1, id2 }: { readonly id1: number; readonly id2: number }): void {
    const isNew = this.#seen.add(this.#indexes.add(id1), this.#indexes.add(id2))
    if (!isNew) this.again += 1
    else if (id1 !== id2) this.#pairs += 1
    if (id1 < id2) this.#up += 1
    else if (id1 > id2) this.#down += 1
  }
}

const has = (index: KnownIds, id: number): boolean => index.size === 0 || index.get(id) >= 0
