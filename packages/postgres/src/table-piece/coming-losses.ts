import type { CsvRow, NewFinding, Queryable, ValidationContext } from '@piecework/core/piece'
import { defaults } from '../defaults.js'
import { CarriedKeys } from './carried-keys.js'
import { idsIn, sharedKeysIn } from './container-keys.js'
import { keysOf, missingShared as missingHere, takenHere } from './external-keys.js'
import { leads } from './leads.js'
import {
  danglingInside,
  danglingReference,
  missingShared,
  namedGroups,
  takenValues,
} from './loss-findings.js'
import { carriesTarget } from './reference-value.js'
import type { ReferencePlan, StableKey, TablePlan, Target } from './table-plan.js'
import { valueIn } from './value-in.js'

/** Something that an import of the rows would change or leave out, and tell. */
interface Loss {
  /** How often in these rows. */
  count(rows: readonly CsvRow[]): number | Promise<number>
  finding(count: number): NewFinding | readonly NewFinding[]
}

/**
 * What an import of an entry would lose, counted batch by batch. References to rows that an import leaves out are not
 * followed.
 */
export class ComingLosses {
  readonly #losses: readonly Loss[]
  readonly #counts: number[]

  private constructor(losses: readonly Loss[]) {
    this.#losses = losses
    this.#counts = losses.map(() => 0)
  }

  /** Without any if the job imports: it tells them itself. */
  static async of(plan: TablePlan, context: ValidationContext): Promise<ComingLosses> {
    if (!context.dryRun) return new ComingLosses([])
    const keys = new CarriedKeys(context.dryRun)
    return new ComingLosses([
      ...(await danglingLosses(plan, keys, context)),
      ...missingLosses(plan, context),
      ...missingInside(plan, context),
      ...takenLosses(plan, context.tx),
    ])
  }

  async add(rows: readonly CsvRow[]): Promise<void> {
    for (const [at, loss] of this.#losses.entries())
      this.#counts[at] = (this.#counts[at] ?? 0) + (await loss.count(rows))
  }

  *list(): Iterable<NewFinding> {
    for (const [at, loss] of this.#losses.entries()) {
      const count = this.#counts[at] ?? 0
      if (count > 0) yield* [loss.finding(count)].flat()
    }
  }
}

async function danglingLosses(
  plan: TablePlan,
  keys: CarriedKeys,
  context: ValidationContext,
): Promise<readonly Loss[]> {
  const losses: Loss[] = []
  for (const reference of plan.references) {
    const dangles = await danglingIds(reference, keys, context)
    if (!dangles) continue
    const { column } = reference
    losses.push({
      count: (rows) =>
        rows.filter((row) => {
          const id = valueIn(row, column.name)
          return id !== null && leads(reference, row) && dangles(id)
        }).length,
      finding: (count) => {
        const finding = danglingReference({ plan, count }, reference)
        // The import fails at the row that every resource must have.
        return plan.ownRow && column.notNull ? { ...finding, severity: 'error' } : finding
      },
    })
  }
  for (const container of plan.containers) {
    for (const target of container.ids) {
      const dangles = await danglingIds(target, keys, context)
      if (!dangles) continue
      const inside = (row: CsvRow) => [...idsIn(valueIn(row, container.column.name), container, target)]
      losses.push({
        count: (rows) => rows.reduce((sum, row) => sum + inside(row).filter(dangles).length, 0),
        finding: (count) => danglingInside({ plan, count }, container, target),
      })
    }
  }
  return losses
}

/** Undefined if it is not known, or stable keys tell what becomes of them. */
async function danglingIds(
  target: Target,
  keys: CarriedKeys,
  context: ValidationContext,
): Promise<((id: string) => boolean) | undefined> {
  if (!carriesTarget(target, context)) return target.lookup ? undefined : () => true
  if (target.root) return undefined
  const brings = await keys.of(target)
  return brings && ((id) => !brings(id))
}

/** Shared rows that are not here, where the declaration says what to do. */
function missingLosses(plan: TablePlan, context: ValidationContext): readonly Loss[] {
  return plan.references.flatMap((reference): Loss[] => {
    const { shared } = reference
    const { missing: instead = 'refuse' } = shared ?? {}
    if (!shared || instead === 'refuse') return []
    const named = new Map<string, number>()
    return [
      {
        count: async (rows) => {
          const keys = await missingIn(rows, reference, shared, context)
          for (const key of keys)
            if (named.has(key) || named.size <= defaults.cachedKeys) named.set(key, (named.get(key) ?? 0) + 1)
          return keys.length
        },
        finding: (count) =>
          namedGroups(count, byRows(named)).map((group) =>
            instead === 'null'
              ? danglingReference({ plan, ...group }, reference)
              : missingShared({ plan, ...group }, reference, instead),
          ),
      },
    ]
  })
}

/** The same inside values: ids are left out of arrays and documents. */
const missingInside = (plan: TablePlan, context: ValidationContext): readonly Loss[] =>
  plan.containers.flatMap((container) =>
    container.ids.flatMap((target): Loss[] => {
      const { shared } = target
      if (shared?.missing !== 'null') return []
      return [
        {
          count: async (rows) => {
            const keys = rows.flatMap((row) => [
              ...sharedKeysIn(valueIn(row, container.column.name), container, target),
            ])
            if (keys.length === 0) return 0
            const missing = new Set(await missingHere(target, shared, context)(keys))
            return keys.filter((key) => missing.has(key)).length
          },
          finding: (count) => danglingInside({ plan, count }, container, target),
        },
      ]
    }),
  )

const byRows = (named: ReadonlyMap<string, number>) =>
  [...named]
    .map(([key, rows]) => ({ key, rows }))
    .sort((a, b) => b.rows - a.rows || Buffer.compare(Buffer.from(a.key), Buffer.from(b.key)))

/** Stable keys that lead nowhere, as often as rows have them. */
async function missingIn(
  rows: readonly CsvRow[],
  reference: ReferencePlan,
  shared: StableKey,
  context: ValidationContext,
): Promise<readonly string[]> {
  const keys = rows.flatMap((row) =>
    valueIn(row, reference.column.name) === null && leads(reference, row) ? keysOf(row, shared) : [],
  )
  if (keys.length === 0) return []
  const missing = new Set(await missingHere(reference, shared, context)(keys))
  return keys.filter((key) => missing.has(key))
}

/** Values that get another, because a row here has them. */
function takenLosses(plan: TablePlan, tx: Queryable): readonly Loss[] {
  return plan.unique.flatMap(({ column, taken }): Loss[] => {
    if (taken === 'fail') return []
    return [
      {
        count: async (rows) => {
          const values = rows.flatMap((row) => valueIn(row, column.name) ?? [])
          const found = new Set(await takenHere(plan, column, tx)(values))
          return values.filter((value) => found.has(value)).length
        },
        finding: (count) => takenValues({ plan, count }, column, taken),
      },
    ]
  })
}
