import type { Queryable } from '@piecework/core/piece'
import type { Column, Table } from '../catalogue.js'
import { holdsDocuments } from '../document-sql.js'
import { parseJsonPath } from '../json-path.js'
import { keyFamily } from '../key-family.js'
import { pathsOverlap, patternsOverlap } from '../overlaps.js'
import { writtenName } from '../table-name.js'
import { containerOf, type TablePlan } from '../table-plan.js'
import { carriesAsIs } from './carries-as-is.js'
import { documentPlaces, linkPlaces, placesIn } from './id-places.js'
import { firstValues } from './ids-in-values.js'
import { type LedPlace, ledPlaces, namedTable } from './led-places.js'
import type { Problem } from './problem.js'

/** Prose has numbers behind words: `page 12`. */
const wordBefore = / \{\}$/

/** Fewer numbers are keys by chance. */
const fewestNames = 5

/** Whether the names of members are keys, whatever the objects are called: not years, and not counted from 0 or 1. */
function areKeys({ at, ids, isPart }: LedPlace): boolean {
  if (isPart || !/(?:^|\.)\{\}$/.test(at) || ids.size < fewestNames) return false
  const sorted = [...ids].map(Number).sort((a, b) => a - b)
  const [least = 0, most = 0] = [sorted[0], sorted.at(-1)]
  const isCounted = least <= 1 && most - least < sorted.length
  return !isCounted && !(least >= 1900 && most <= 2100)
}

/** Tables with numbers for keys: whose rows pieces carry, and to whose shared rows they lead. */
export interface Numbered {
  /** The database that has them. */
  readonly db: Queryable
  readonly own: readonly Table[]
  readonly others: readonly Table[]
}

export function numberedTables(db: Queryable, plans: readonly TablePlan[]): Numbered {
  const own = plans.map(({ table }) => table)
  const led = plans.flatMap(({ references, containers }) => [
    ...references.map(({ table }) => table),
    ...containers.flatMap(({ ids }) => ids.map(({ table }) => table)),
  ])
  const isNumbered = ({ primaryKey: [key = '', ...more], columns }: Table): boolean => {
    const column = more.length === 0 ? columns.get(key) : undefined
    return column !== undefined && keyFamily(column) === 'integer'
  }
  const distinct = (tables: readonly Table[]) => [
    ...new Map(tables.filter(isNumbered).map((table) => [writtenName(table, ''), table])).values(),
  ]
  const names = new Set(own.map((table) => writtenName(table, '')))
  return {
    db,
    own: distinct(own),
    others: distinct(led).filter((table) => !names.has(writtenName(table, ''))),
  }
}

/**
 * Numbers in documents and behind words in texts, as `assignee_id` or `/tickets/`, that are named like ids of rows, where the
 * declaration does not say that ids stand; by the first rows of each table. A number may be anything, so the name decides,
 * unless all names of members are keys.
 */
export async function namedInValues(db: Queryable, plan: TablePlan, tables: Numbered): Promise<Problem[]> {
  if (tables.own.length + tables.others.length === 0) return []
  const asIs = carriesAsIs(plan)
  const problems: Problem[] = []
  for (const column of plan.carried) {
    const { name, base } = column
    const form = holdsDocuments(base)
      ? 'json'
      : /^(?:text|varchar|bpchar|citext)$/.test(base)
        ? 'text'
        : undefined
    if (form === undefined || plan.spec.columns?.includes(name)) continue
    if (!asIs(column) && containerOf(plan, name)?.form !== form) continue
    const { rows } = await db.query<{ v: string }>(firstValues(plan.table, column, '[0-9]'))
    const all = [...tables.own, ...tables.others]
    const isTable = (word: string): boolean => namedTable(all, plan.table, word, ['1']) !== undefined
    const read = form === 'json' ? documentPlaces(name, base.endsWith('jsonb')) : linkPlaces(isTable)
    const places = placesIn(
      rows.map(({ v }) => v),
      (value, add) => read(value, (at, word, id) => void (/^\d+$/.test(id) && add(at, word, id))),
    )
    const led = await ledPlaces(tables.db, tables, plan.table, places)
    for (const place of led)
      if (
        (place.isLikely || areKeys(place)) &&
        !wordBefore.test(place.at) &&
        !isDeclared(plan, column, form, place)
      )
        problems.push(problemOf(plan, column, form, place, tables))
  }
  return problems
}

function isDeclared(plan: TablePlan, { name }: Column, form: 'json' | 'text', { at }: LedPlace): boolean {
  const ids = containerOf(plan, name)?.ids ?? []
  return form === 'json'
    ? ids.some(({ path }) => pathsOverlap(path, parseJsonPath(at)))
    : ids.some(({ pattern }) => patternsOverlap(pattern, at))
}

function problemOf(
  { spec, table }: TablePlan,
  { name }: Column,
  form: 'json' | 'text',
  { at, table: to }: LedPlace,
  { others }: Numbered,
): Problem {
  const written = writtenName(to, table.schema)
  const isShared = others.includes(to)
  const declare = isShared
    ? form === 'json'
      ? `json: { ${name}: [{ path: '${at}', table: '${written}', shared: … }] }`
      : undefined
    : form === 'json'
      ? `json: { ${name}: [{ path: '${at}', table: '${written}' }] }`
      : `text: { ${name}: [{ pattern: '${at}', table: '${written}' }] }`
  return {
    severity: 'warning',
    code: 'tables/ids-in-values',
    table: spec.table,
    column: name,
    text: `values of column "${name}" of table "${spec.table}" have numbers at "${at}" that look like ids of rows of "${to.name}", and these travel as they are`,
    hint: declare
      ? `If they are, declare ${declare}; if they may stay, put the column into "columns".`
      : `In another installation they are of other rows, and no pattern leads to shared rows: leave the column out by "ignore", write it by hand, or put it into "columns" if they may stay.`,
  }
}
