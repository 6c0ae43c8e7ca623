import { quoteIdent } from '../database/quote-ident.js'
import { closeSql, leavesOf, mapLeaves, openSql } from './container-sql.js'
import { keyOfText } from './new-key.js'
import { carriesTarget, isShared, isThere, keyThere, newIdSql, type Remap } from './reference-value.js'
import type { RowSource } from './row-source.js'
import { sharedNumberPrefix, sharedPrefix } from './shared-prefix.js'
import { tableKey } from './table-name.js'
import type { ContainedTarget, ContainerPlan, StableKey } from './table-plan.js'
import {
  type ConditionIds,
  conditionSql,
  hasStableKey,
  referencedTable,
  stableKeyText,
} from './target-rows.js'

/** SQL condition: a stable key stands in the place of the id. */
const isStableKey = (id: string): string =>
  `(starts_with(${id}, '${sharedPrefix}') OR starts_with(${id}, '${sharedNumberPrefix}'))`

/** SQL of a value as it is exported: ids of shared rows by their stable keys. */
export function exportedContainer(container: ContainerPlan, value: string, within: ConditionIds): string {
  const opened = container.form === 'array' ? `(${value})::text[]` : openSql(container, value)
  const exported = container.ids.reduce((inner, target) => {
    const { shared } = target
    if (!shared) return inner
    const row = (id: string) =>
      `(SELECT '${sharedPrefix}' || ${stableKeyText(shared, 'q.')} FROM ${referencedTable(target)} q ` +
      `WHERE q.${quoteIdent(target.key)} = ${keyOfText(target, id)} AND ${conditionSql(shared.where, within)} AND ${hasStableKey(shared, 'q.')})`
    // A text of the value that looks like a stable key must not become one.
    const own = (id: string) => `CASE WHEN ${isStableKey(id)} THEN 'no ' || (${id}) ELSE ${id} END`
    return withValue(inner, (v) =>
      mapLeaves(container, target, v, (id) => `coalesce(${row(id)}, ${own(id)})`, 'texts'),
    )
  }, opened)
  return container.form === 'array' ? exported : closeSql(container, exported)
}

/**
 * SQL of pairs (jsonb), `[["Coral", "<id>"]]`: the stable key of each row that the value's ids refer to and
 * that is not shared. In the order of the stable keys, because ids change; NULL without any.
 */
export function lookupPairs(
  container: ContainerPlan,
  header: string,
  value: string,
  within: ConditionIds,
): string {
  const targets = container.ids.filter(({ lookup }) => lookup?.headers[0] === header)
  const [target] = targets
  if (!target?.lookup) return 'NULL'
  const { shared, lookup } = target
  const leaves = targets.map(
    (each) => `SELECT l.id FROM ${leavesOf(container, each, openSql(container, value))} l`,
  )
  const [only, ...others] = lookup.columns.map(({ name }) => `q.${quoteIdent(name)}`)
  const key = others.length === 0 ? only : `jsonb_build_array(${[only, ...others].join(', ')})`
  const id = `q.${quoteIdent(target.key)}`
  const own = shared
    ? `AND ${id} NOT IN (SELECT ${quoteIdent(target.key)} FROM ${referencedTable(target)} WHERE ${conditionSql(shared.where, within)})`
    : ''
  const { exportWhere } = lookup
  const rows = exportWhere
    ? `(SELECT * FROM ${referencedTable(target)} WHERE ${conditionSql(exportWhere, within)})`
    : referencedTable(target)
  return (
    `(SELECT jsonb_agg(jsonb_build_array(${key}, l.id) ORDER BY ${stableKeyText(lookup, 'q.')} COLLATE "C", l.id) FROM (${leaves.join(' UNION ')}) l ` +
    `JOIN ${rows} q ON ${id} = ${keyOfText(target, 'l.id')} WHERE ${hasStableKey(lookup, 'q.')} ${own})`
  )
}

/** SQL of a value with new ids; dangling ones are left out of it, and stay in a text. */
export function remapContainer(
  container: ContainerPlan,
  value: string,
  source: RowSource,
  remap: Remap,
): string {
  const mapped = container.ids.reduce(
    (inner, target) =>
      withValue(inner, (v) =>
        mapLeaves(container, target, v, (id) => remapId(target, id, source, remap), 'keys'),
      ),
    openSql(container, value),
  )
  return closeSql(container, mapped)
}

/** SQL of a relation with one row, `id` text, for each dangling id of the value. */
export function danglingIds(
  container: ContainerPlan,
  target: ContainedTarget,
  value: string,
  source: RowSource,
  remap: Remap,
): string {
  const leaves = leavesOf(container, target, openSql(container, value))
  return `(SELECT l.id FROM ${leaves} l WHERE ${remapId(target, 'l.id', source, remap)} IS NULL)`
}

/** Gives a computed value a name, so that it is computed once. */
const withValue = (value: string, map: (v: string) => string): string =>
  `(SELECT ${map('w.v')} FROM (SELECT ${value} AS v OFFSET 0) w)`

/** SQL of the new id as text; NULL if no row has it. */
function remapId(target: ContainedTarget, id: string, source: RowSource, remap: Remap): string {
  const carries = carriesTarget(target, remap)
  const { shared, lookup } = target
  const typed = keyOfText(target, id)
  const remapped = carriedId(target, typed, remap)
  if (remap.from === 'database') {
    const kept = `CASE WHEN ${isThere(target, typed, remap)} THEN ${id} END`
    if (!carries) return kept
    return shared
      ? `CASE WHEN ${isShared(target, shared, typed, remap)} THEN ${id} ELSE ${remapped} END`
      : remapped
  }
  const found = (stable: StableKey, key: string): string =>
    `(SELECT x.k::text FROM ${remap.lookups.table(target, stable)} x WHERE x.s = ${key})`
  const keys = lookup && source.column(lookup.headers[0] as string)
  const own = carries
    ? remapped
    : lookup && keys !== undefined
      ? found(lookup, stableKeyOf(keys, id))
      : 'NULL::text'
  if (!shared) return own
  return `CASE WHEN ${isStableKey(id)} THEN ${found(shared, sharedKeySql(id))} ELSE ${own} END`
}

/** SQL of the new id, as text, of a row that the job carries. */
function carriedId(target: ContainedTarget, typed: string, remap: Remap): string {
  const { key, table } = target
  const fresh = newIdSql(target, typed, remap)
  const there = `${keyThere(target, fresh, remap)}::text`
  const together = remap.together.get(tableKey(table))
  const staged = together?.source.column(key)
  if (!together || staged === undefined) return there
  const { from, where } = together.source
  return `CASE WHEN EXISTS (SELECT FROM (SELECT ${staged} AS k FROM ${from} WHERE ${where}) own WHERE own.k = ${typed}) THEN (${fresh})::text ELSE ${there} END`
}

/** SQL of the stable key that stands in the place of an id; NULL for an id. */
export const sharedKeySql = (id: string): string =>
  `CASE WHEN starts_with(${id}, '${sharedPrefix}') THEN substr(${id}, ${sharedPrefix.length + 1}) WHEN starts_with(${id}, '${sharedNumberPrefix}') THEN substr(${id}, ${sharedNumberPrefix.length + 1}) END`

/** SQL of the stable key of an id, from pairs of a file. */
export const stableKeyOf = (pairs: string, id: string): string =>
  `(SELECT p.pair ->> 0 FROM jsonb_array_elements(CASE WHEN jsonb_typeof(${pairs}) = 'array' THEN ${pairs} ELSE '[]' END) p(pair) WHERE p.pair ->> 1 = ${id} LIMIT 1)`
