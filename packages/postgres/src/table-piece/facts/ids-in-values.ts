import type { Queryable } from '@piecework/core/piece'
import { quoteIdent } from '../../database/quote-ident.js'
import { defaults } from '../../defaults.js'
import type { Column, Table } from '../catalogue.js'
import { holdsDocuments } from '../document-sql.js'
import { onlyTable } from '../joins.js'
import { keyFamily } from '../key-family.js'
import { containerOf, type TablePlan } from '../table-plan.js'
import { carriesAsIs } from './carries-as-is.js'
import type { Problem } from './problem.js'
import type { AllSoughtKeys, SoughtKey, SoughtKeys } from './sought-keys.js'
import { strayIds } from './stray-ids.js'
import { type IdPattern, type Place, undeclaredIds } from './undeclared-ids.js'
import { wholeValues } from './whole-values.js'

const mayHold = /^_?(?:text|varchar|bpchar|citext|json|jsonb|xml|hstore)$/

interface Found extends Place {
  readonly ids: Set<string>
}

/**
 * Columns that hold ids of rows which pieces carry, in texts or documents, where the declaration does not
 * say that ids stand; by the first rows of each table.
 */
export async function idsInValues(db: Queryable, plan: TablePlan, sought: AllSoughtKeys): Promise<Problem[]> {
  const asIs = carriesAsIs(plan)
  const columns = plan.carried.filter((column) => {
    const { name, base } = column
    const form = containerOf(plan, name)?.form ?? (asIs(column) ? 'text' : 'array')
    return mayHold.test(base) && form !== 'array' && !plan.spec.columns?.includes(name)
  })
  const problems: Problem[] = []
  for (const keys of sought.byPattern)
    for (const column of columns) problems.push(...(await strayIn(db, plan, column, keys)))
  const texts = columns.filter((column) => asIs(column) && keyFamily(column) === 'text')
  return [...problems, ...(await wholeValues(db, plan, texts, sought.words))]
}

async function strayIn(
  db: Queryable,
  plan: TablePlan,
  column: Column,
  { db: there, targets, pattern, type }: SoughtKeys,
): Promise<readonly Problem[]> {
  const places = await placesIn(db, plan, column, pattern)
  if (places.length === 0) return []
  const { rows } = await there.query<{ target: number; places: number[] }>(rowsOf(targets, type), [
    places.flatMap(({ ids }) => [...ids]),
    places.flatMap(({ ids }, at) => Array<number>(ids.size).fill(at)),
  ])
  return rows.flatMap(({ target, places: found }) => {
    const to = targets[target]?.plan.table
    const led = places.filter((_, at) => found.includes(at))
    return to ? [strayIds(plan, column, to, led)] : []
  })
}

async function placesIn(
  db: Queryable,
  plan: TablePlan,
  column: Column,
  pattern: IdPattern,
): Promise<readonly Found[]> {
  const { sampledPlaces, sampledIds } = defaults
  const { rows } = await db.query<{ v: string }>(firstValues(plan.table, column, pattern.posix))
  const form = holdsDocuments(column.base) ? 'json' : 'text'
  const found = new Map<string, Found>()
  for (const { v } of rows) {
    for (const { id, path, alone } of undeclaredIds(
      v,
      form,
      containerOf(plan, column.name)?.ids ?? [],
      pattern,
    )) {
      const place = JSON.stringify([path, alone])
      const there = found.get(place) ?? { path, alone, ids: new Set() }
      if (found.size < sampledPlaces) found.set(place, there)
      if (there.ids.size < sampledIds) there.ids.add(id)
    }
  }
  return [...found.values()]
}

/** SQL of the values of the first rows, the shortest first; `posix`: only those in which it finds something. */
export function firstValues(table: Table, { name, base }: Column, posix = '.'): string {
  const { sampledRows, sampledCharacters } = defaults
  const column = quoteIdent(name)
  const documents = holdsDocuments(base) && base.startsWith('_')
  return `SELECT m.v FROM (SELECT e.v, sum(length(e.v)) OVER (ORDER BY length(e.v) ROWS UNBOUNDED PRECEDING) AS characters
    FROM (SELECT t.${column} AS c FROM ${onlyTable(table)} t WHERE t.${column} IS NOT NULL LIMIT ${sampledRows}) s
      CROSS JOIN LATERAL (SELECT d.v::text FROM ${documents ? 'unnest(s.c)' : '(SELECT s.c)'} d(v)) e
    WHERE e.v ~ '${posix}') m WHERE m.characters <= ${sampledCharacters}`
}

/** SQL of the targets of which rows have some of the ids $1, with the places $2 of those. */
function rowsOf(targets: readonly SoughtKey[], type: SoughtKeys['type']): string {
  const asked = targets.map(
    ({ plan, key }, at) =>
      `SELECT ${at} AS target, array_agg(DISTINCT i.place) AS places FROM ids i JOIN ${onlyTable(plan.table)} k ON k.${quoteIdent(key.name)}${type === 'text' ? '::text' : ''} = i.id HAVING count(*) > 0`,
  )
  return `WITH ids AS MATERIALIZED (SELECT * FROM unnest($1::${type}[], $2::int[]) AS i(id, place))
    ${asked.join(' UNION ALL ')} ORDER BY target`
}
