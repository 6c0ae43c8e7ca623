import type { CsvRow, Queryable, ValidationContext } from '@piecework/core/piece'
import { quoteIdent } from '../database/quote-ident.js'
import type { JsonStep } from './json-path.js'
import { sharedMark } from './json-value.js'
import { carriesTarget } from './reference-value.js'
import type { StableKey, TablePlan, Target } from './table-plan.js'
import { condition, referencedTable } from './target-rows.js'

/** Tells which rows a file speaks of that it does not bring and the target does not have: shared ones, or those of what it goes into. */
export interface OutsideKeys {
  /** For findings, as are the next three. */
  readonly column: string
  readonly code: string
  readonly hint: string
  message(key: string): string
  /** Stable keys in this row. */
  read(row: CsvRow): Iterable<string>
  /** Those of `keys` that do not lead to a row; each is told once. */
  missing(keys: readonly string[]): Promise<readonly string[]>
}

type Context = Pick<ValidationContext, 'tx' | 'target' | 'into' | 'carries'>

export function externalKeys(plan: TablePlan, context: Context): OutsideKeys[] {
  const { target: resource, into } = context
  const within = { resource, ...(into && { into }) }
  const rowsOf = (target: Target, stable: StableKey): string =>
    `${referencedTable(plan.schema, target)} WHERE ${condition(stable.where, within)}`
  const shared = (column: string, target: Target, stable: StableKey, read: OutsideKeys['read']) => ({
    column,
    code: 'table/shared-missing',
    hint: 'Install the same shared data, or remove what refers to it before the export.',
    message: (key: string) => `${key} is not among the shared rows of "${target.name}" here.`,
    read,
    missing: missingKeys(context.tx, rowsOf(target, stable), stable, false),
  })
  const lookup = (column: string, target: Target, stable: StableKey, read: OutsideKeys['read']) => ({
    column,
    code: 'table/elsewhere-missing',
    hint: `Import into a ${target.of} that has it once.`,
    message: (key: string) =>
      `The ${target.of} that this goes into does not have exactly one row of "${target.name}" with the "${stable.column.name}" ${key}.`,
    read,
    missing: missingKeys(context.tx, rowsOf(target, stable), stable, true),
  })
  const columns = [...plan.references].flatMap(([name, reference]) => {
    const { shared: common, lookup: other } = reference
    const given = (row: CsvRow): boolean => (row[name] ?? null) !== null
    const found: OutsideKeys[] = []
    if (common) {
      found.push(
        shared(common.header, reference, common, (row) => (given(row) ? [] : keyOf(row, common.header))),
      )
    }
    if (other && !carriesTarget(reference, context)) {
      found.push(
        lookup(other.header, reference, other, (row) =>
          common && !given(row) ? [] : keyOf(row, other.header),
        ),
      )
    }
    return found
  })
  const documents = [...plan.json].flatMap(([name, { ids }]) =>
    ids.flatMap((target) => {
      const { shared: common, lookup: other, path } = target
      const found: OutsideKeys[] = []
      if (common) found.push(shared(name, target, common, (row) => sharedWithin(row[name], path)))
      if (other && !carriesTarget(target, context)) {
        found.push(lookup(name, target, other, (row) => lookupWithin(row[name], row[other.header], path)))
      }
      return found
    }),
  )
  return [...columns, ...documents]
}

function keyOf(row: CsvRow, header: string): readonly string[] {
  const key = row[header]
  return typeof key === 'string' ? [key] : []
}

/** So many answers are kept, so that a key that comes again is not asked for, or told, again. */
const keptAnswers = 10_000

/** @param once a key that leads to more than one row leads nowhere */
function missingKeys(
  db: Queryable,
  rows: string,
  { column }: StableKey,
  once: boolean,
): OutsideKeys['missing'] {
  const known = new Set<string>()
  const whole = /^int[248]$/.test(column.base)
  const name = quoteIdent(column.name)
  const same = whole ? `${name} = u.key::bigint` : `${name}::text = u.key`
  const askable = (key: string): boolean => (whole ? /^-?\d{1,18}$/.test(key) : !key.includes('\0'))
  return async (keys) => {
    const unknown = [...new Set(keys)].filter((key) => !known.has(key))
    for (const key of unknown) if (known.size < keptAnswers) known.add(key)
    const asked = unknown.filter(askable)
    const strange = unknown.filter((key) => !askable(key))
    if (asked.length === 0) return strange
    const { rows: missing } = await db.query<{ key: string }>(
      `SELECT u.key FROM unnest($1::text[]) WITH ORDINALITY AS u(key, n)
       WHERE (SELECT count(*) FROM (SELECT FROM ${rows} AND ${same} LIMIT 2) AS found) ${once ? '<> 1' : '= 0'} ORDER BY u.n`,
      [asked],
    )
    return [...missing.map(({ key }) => key), ...strange]
  }
}

function* sharedWithin(text: string | null | undefined, path: readonly JsonStep[]): Iterable<string> {
  if (!text?.includes(sharedMark)) return
  for (const leaf of leavesOf(parsed(text), path)) {
    if (typeof leaf === 'string' && leaf.startsWith(sharedMark)) yield leaf.slice(sharedMark.length)
  }
}

function* lookupWithin(
  text: string | null | undefined,
  keys: string | null | undefined,
  path: readonly JsonStep[],
): Iterable<string> {
  const pairs = parsed(keys)
  if (!Array.isArray(pairs)) return
  const byId = new Map<unknown, unknown>()
  for (const pair of pairs) if (Array.isArray(pair)) byId.set(pair[1], pair[0])
  for (const leaf of leavesOf(parsed(text), path)) {
    const key = typeof leaf === 'string' ? byId.get(leaf) : undefined
    if (typeof key === 'string' || typeof key === 'number') yield String(key)
  }
}

/** Undefined for what is no JSON: told by the check of values. */
function parsed(text: string | null | undefined): unknown {
  try {
    return JSON.parse(text ?? 'null')
  } catch {
    return undefined
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
