import type { CsvRow, Queryable } from '@piecework/core'
import type { JsonStep } from './json-path.js'
import { sharedMark } from './json-value.js'
import type { StableKey, TablePlan, Target } from './table-plan.js'
import { stableRows } from './target-rows.js'

/** Tells which shared rows a file speaks of that the target does not have. */
export interface SharedKeys {
  /** For findings. */
  readonly column: string
  readonly table: string
  /** Stable keys in this row. */
  read(row: CsvRow): Iterable<string>
  /** Those of `keys` that the target lacks. */
  missing(keys: readonly string[]): Promise<readonly string[]>
}

export function sharedKeys(plan: TablePlan, db: Queryable, resourceId: string): SharedKeys[] {
  const lookup = (
    column: string,
    target: Target,
    shared: StableKey,
    read: SharedKeys['read'],
  ): SharedKeys => ({
    column,
    table: target.name,
    read,
    missing: missingKeys(db, stableRows(plan.schema, target, shared, resourceId)),
  })
  const columns = [...plan.references].flatMap(([name, reference]) => {
    const { shared } = reference
    if (!shared) return []
    return lookup(shared.header, reference, shared, (row) => {
      const key = row[shared.header]
      return typeof key === 'string' && (row[name] ?? null) === null ? [key] : []
    })
  })
  const documents = [...plan.json].flatMap(([name, { ids }]) =>
    ids.flatMap((target) => {
      const { shared } = target
      return shared ? lookup(name, target, shared, (row) => keysWithin(row[name], target.path)) : []
    }),
  )
  return [...columns, ...documents]
}

/** So many answers are kept, so that a key that comes again is not asked for again. */
const keptAnswers = 10_000

function missingKeys(db: Queryable, rows: string): SharedKeys['missing'] {
  const there = new Set<string>()
  return async (keys) => {
    const unknown = [...new Set(keys)].filter((key) => !there.has(key))
    if (unknown.length === 0) return []
    const { rows: missing } = await db.query<{ key: string }>(
      `SELECT u.key FROM unnest($1::text[]) AS u(key) WHERE NOT EXISTS (SELECT FROM ${rows} r WHERE r.s::text = u.key)`,
      [unknown],
    )
    const lacking = new Set(missing.map(({ key }) => key))
    for (const key of unknown) if (!lacking.has(key) && there.size < keptAnswers) there.add(key)
    return [...lacking]
  }
}

function* keysWithin(text: string | null | undefined, path: readonly JsonStep[]): Iterable<string> {
  if (!text?.includes(sharedMark)) return
  let document: unknown
  try {
    document = JSON.parse(text)
  } catch {
    return // Told by the check of values.
  }
  for (const leaf of leavesOf(document, path)) {
    if (typeof leaf === 'string' && leaf.startsWith(sharedMark)) yield leaf.slice(sharedMark.length)
  }
}

function* leavesOf(value: unknown, path: readonly JsonStep[]): Iterable<unknown> {
  const [step, ...rest] = path
  if (step === undefined) yield value
  else if (typeof value === 'object' && value !== null) {
    if (step === 'every') for (const inner of Object.values(value)) yield* leavesOf(inner, rest)
    else if (!Array.isArray(value) && Object.hasOwn(value, step.member)) {
      yield* leavesOf((value as Readonly<Record<string, unknown>>)[step.member], rest)
    }
  }
}
