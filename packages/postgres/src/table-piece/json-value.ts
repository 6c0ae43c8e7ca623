import { quoteIdent } from '../database/quote-ident.js'
import { jsonLeaves, mapJson } from './json-sql.js'
import type { Remap } from './reference-value.js'
import type { JsonPlan, TablePlan, Target } from './table-plan.js'
import { condition, referencedTable, stableRows } from './target-rows.js'
import { uuidExpression } from './uuid-expression.js'

/** Stands before the stable key of a shared row inside a document, in place of its id. */
export const sharedMark = 'shared:'

/** SQL of a document (jsonb) as it is exported: ids of shared rows by their stable keys. */
export function exportedJson(plan: TablePlan, json: JsonPlan, document: string, resourceId: string): string {
  return json.ids.reduce((value, target) => {
    const { shared } = target
    if (!shared) return value
    const row =
      `(SELECT '${sharedMark}' || ${quoteIdent(shared.column.name)}::text FROM ${referencedTable(plan.schema, target)} ` +
      `WHERE ${quoteIdent(target.key)} = ID AND ${condition(shared.where, resourceId)})`
    // A text of the document's own that looks like a stable key is none, there as here.
    const own = (id: string) => `CASE WHEN starts_with(${id}, '${sharedMark}') THEN 'no ' || (${id}) ELSE ${id} END`
    return overValue(value, (v) =>
      mapJson(
        v,
        target.path,
        (id) => `to_jsonb(coalesce(${row.replace('ID', () => asUuid(id))}, ${own(id)}))`,
      ),
    )
  }, `${document}::jsonb`)
}

/** SQL of a document with new ids; those that lead nowhere are left out. */
export function renewedJson(plan: TablePlan, json: JsonPlan, document: string, remap: Remap): string {
  const value = json.ids.reduce(
    (value, target) =>
      overValue(value, (v) =>
        mapJson(v, target.path, (id) => `to_jsonb(${renewedId(plan, target, id, remap)})`),
      ),
    `${document}::jsonb`,
  )
  return json.column.base === 'jsonb' ? value : `(${value})::${json.column.type}`
}

/** SQL of a relation with one row, `id` text, for each id of the document that leads nowhere. */
export function danglingJson(
  plan: TablePlan,
  target: JsonPlan['ids'][number],
  document: string,
  remap: Remap,
): string {
  const leaves = jsonLeaves(`${document}::jsonb`, target.path)
  return `(SELECT l.id FROM ${leaves} l WHERE ${renewedId(plan, target, 'l.id', remap)} IS NULL)`
}

/** Names a computed document, so that it is computed once. */
const overValue = (value: string, map: (v: string) => string): string =>
  `(SELECT ${map('w.v')} FROM (SELECT ${value} AS v OFFSET 0) w)`

/** SQL of the new id's text; NULL where no row has it. */
function renewedId(plan: TablePlan, target: Target, id: string, remap: Remap): string {
  const table = referencedTable(plan.schema, target)
  const key = quoteIdent(target.key)
  const carries = target.of === undefined || remap.carries(target.of)
  const { shared } = target
  const renewed = `(SELECT q.${key}::text FROM ${table} q WHERE q.${key} = ${uuidExpression(remap.ids.key(target.name), asUuid(id))})`
  if (remap.from === 'database') {
    const kept = (where: string): string =>
      `(SELECT x.k::text FROM (SELECT ${key} AS k FROM ${table} WHERE ${where}) x WHERE x.k = ${asUuid(id)})`
    if (!carries) return kept('true')
    return shared ? `coalesce(${kept(condition(shared.where, remap.resource.id))}, ${renewed})` : renewed
  }
  const own = carries ? renewed : 'NULL::text'
  if (!shared) return own
  const rows = stableRows(plan.schema, target, shared, remap.resource.id)
  return `CASE WHEN starts_with(${id}, '${sharedMark}') THEN (SELECT x.k::text FROM ${rows} x WHERE x.s::text = substr(${id}, ${sharedMark.length + 1})) ELSE ${own} END`
}

/** A document may hold any text where an id should stand. */
const asUuid = (id: string): string =>
  `CASE WHEN (${id}) ~* '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' THEN (${id})::uuid END`
