import { quoteIdent } from '../database/quote-ident.js'
import { documentSql } from './document-sql.js'
import { keyOfText, newKeySql } from './new-key.js'
import type { Remap } from './reference-value.js'
import type { RowSource } from './row-source.js'
import type { JsonPlan, JsonTarget, StableKey, TablePlan } from './table-plan.js'
import { type ConditionIds, conditionSql, referencedTable, stableRows } from './target-rows.js'

/** Before the stable key of a shared row inside a document, in the place of its id. */
export const sharedPrefix = 'shared:'

/** SQL of a document as it is exported: ids of shared rows by their stable keys. */
export function exportedJson(
  plan: TablePlan,
  json: JsonPlan,
  document: string,
  within: ConditionIds,
): string {
  const sql = documentSql(json.column.base)
  const exported = json.ids.reduce((value, target) => {
    const { shared } = target
    if (!shared) return value
    const row = (id: string): string =>
      `(SELECT '${sharedPrefix}' || ${quoteIdent(shared.column.name)}::text FROM ${referencedTable(plan.schema, target)} ` +
      `WHERE ${quoteIdent(target.key)} = ${keyOfText(target, id)} AND ${conditionSql(shared.where, within)})`
    // A text of the document that looks like a stable key must not become one.
    const own = (id: string) =>
      `CASE WHEN starts_with(${id}, '${sharedPrefix}') THEN 'no ' || (${id}) ELSE ${id} END`
    return withDocument(value, (v) =>
      sql.map(v, target.path, (id) => `to_jsonb(coalesce(${row(id)}, ${own(id)}))`),
    )
  }, sql.open(document))
  return sql.close(exported, json.column.type)
}

/**
 * SQL of pairs (jsonb), `[["Coral", "<id>"]]`: the stable key of each row that the document's ids refer to
 * and that is not shared. In the order of the stable keys, because ids change; NULL without any.
 */
export function lookupPairs(
  plan: TablePlan,
  json: JsonPlan,
  header: string,
  document: string,
  within: ConditionIds,
): string {
  const targets = json.ids.filter(({ lookup }) => lookup?.header === header)
  const [target] = targets
  if (!target?.lookup) return 'NULL'
  const sql = documentSql(json.column.base)
  const leaves = targets.map(({ path }) => `SELECT l.id FROM ${sql.leaves(sql.open(document), path)} l`)
  const key = `q.${quoteIdent(target.lookup.column.name)}`
  const { shared, lookup } = target
  const own = shared
    ? `AND q.${quoteIdent(target.key)} NOT IN (SELECT ${quoteIdent(target.key)} FROM ${referencedTable(plan.schema, target)} WHERE ${conditionSql(shared.where, within)})`
    : ''
  const { exportWhere } = lookup
  const rows = exportWhere
    ? `(SELECT * FROM ${referencedTable(plan.schema, target)} WHERE ${conditionSql(exportWhere, within)})`
    : referencedTable(plan.schema, target)
  return (
    `(SELECT jsonb_agg(jsonb_build_array(${key}, l.id) ORDER BY ${key}::text COLLATE "C", l.id) FROM (${leaves.join(' UNION ')}) l ` +
    `JOIN ${rows} q ON q.${quoteIdent(target.key)} = ${keyOfText(target, 'l.id')} WHERE ${key} IS NOT NULL ${own})`
  )
}

/** SQL of a document with new ids; dangling ones are left out. */
export function remapJson(
  plan: TablePlan,
  json: JsonPlan,
  document: string,
  source: RowSource,
  remap: Remap,
): string {
  const sql = documentSql(json.column.base)
  const value = json.ids.reduce(
    (value, target) =>
      withDocument(value, (v) =>
        sql.map(v, target.path, (id) => `to_jsonb(${remapId(plan, target, id, source, remap)})`),
      ),
    sql.open(document),
  )
  return sql.close(value, json.column.type)
}

/** SQL of a relation with one row, `id` text, for each dangling id of the document. */
export function danglingJson(
  plan: TablePlan,
  { column }: Pick<JsonPlan, 'column'>,
  target: JsonTarget,
  document: string,
  source: RowSource,
  remap: Remap,
): string {
  const sql = documentSql(column.base)
  const leaves = sql.leaves(sql.open(document), target.path)
  return `(SELECT l.id FROM ${leaves} l WHERE ${remapId(plan, target, 'l.id', source, remap)} IS NULL)`
}

/** Gives a computed document a name, so that it is computed once. */
const withDocument = (value: string, map: (v: string) => string): string =>
  `(SELECT ${map('w.v')} FROM (SELECT ${value} AS v OFFSET 0) w)`

/** SQL of the new id as text; NULL if no row has it. */
function remapId(plan: TablePlan, target: JsonTarget, id: string, source: RowSource, remap: Remap): string {
  const table = referencedTable(plan.schema, target)
  const key = quoteIdent(target.key)
  const carries = target.of === undefined || remap.carries(target.of)
  const { shared, lookup } = target
  const remapped = `(SELECT q.${key}::text FROM ${table} q WHERE q.${key} = ${newKeySql(remap, target, keyOfText(target, id))})`
  if (remap.from === 'database') {
    const kept = (where: string): string =>
      `(SELECT x.k::text FROM (SELECT ${key} AS k FROM ${table} WHERE ${where}) x WHERE x.k = ${keyOfText(target, id)})`
    if (!carries) return kept('true')
    return shared ? `coalesce(${kept(conditionSql(shared.where, remap))}, ${remapped})` : remapped
  }
  const found = (stable: StableKey, key: string): string =>
    `(SELECT x.k::text FROM ${stableRows(plan.schema, target, stable, remap)} x WHERE x.s::text = ${key})`
  const keys = lookup && source.column(lookup.header)
  const own = carries
    ? remapped
    : lookup && keys !== undefined
      ? found(lookup, stableKeyOf(keys, id))
      : 'NULL::text'
  if (!shared) return own
  const sharedKey = `substr(${id}, ${sharedPrefix.length + 1})`
  return `CASE WHEN starts_with(${id}, '${sharedPrefix}') THEN ${found(shared, sharedKey)} ELSE ${own} END`
}

/** SQL of the stable key of an id, from pairs of a file. */
export const stableKeyOf = (pairs: string, id: string): string =>
  `(SELECT p.pair ->> 0 FROM jsonb_array_elements(CASE WHEN jsonb_typeof(${pairs}) = 'array' THEN ${pairs} ELSE '[]' END) p(pair) WHERE p.pair ->> 1 = ${id} LIMIT 1)`
