import type { ImportContext, ResourceRef } from '@piecework/core/piece'
import { quoteIdent } from '../database/quote-ident.js'
import { textLiteral } from '../database/text-literal.js'
import { defaults } from '../defaults.js'
import type { ForeignRows } from './foreign-rows.js'
import type { Join } from './joins.js'
import { keyFamily } from './key-family.js'
import { isNumbered, type ReservedKeysOf } from './keys/reserved-keys.js'
import { leadsInPart, leadsSql } from './leads.js'
import { givesStableKey, type Lookups, sameStableKey } from './lookups.js'
import { isNatural, naturalKey } from './natural-key.js'
import { newKeySql } from './new-key.js'
import { resourceLiteral } from './resource-literal.js'
import type { RowSource } from './row-source.js'
import type { TypedRows } from './row-type.js'
import {
  type ReferencePlan,
  referencesOf,
  type StableKey,
  type TablePlan,
  type Target,
} from './table-plan.js'
import { conditionSql, referencedTable } from './target-rows.js'
import { isSpelled, typedKey, typeOfKey } from './typed-key.js'

/** The parts of an import or a clone that SQL depends on. */
export type Remap = Pick<ImportContext, 'ids' | 'carries' | 'jobId' | 'resource' | 'into' | 'principal'> & {
  readonly source: ResourceRef
  /**
   * Source of the rows: files, or the same database. In that, references to what the job does not carry stay
   * as they are.
   */
  readonly from: 'files' | 'database'
  /** Reserved keys of the tables that the rows refer to, and of their own. */
  readonly keys: ReservedKeysOf
  /** Rows by stable keys, of `files`. */
  readonly lookups: Lookups
  readonly foreign: ForeignRows
  /**
   * Rows that are inserted by the same statement, by the name under which their keys are remapped: a reference
   * leads to one of them if it has the old id.
   */
  readonly together: ReadonlyMap<string, { readonly plan: TablePlan; readonly source: RowSource }>
}

export interface ReferenceValue {
  readonly sql: string
  readonly joins: readonly Join[]
  /** NULL only if the source has no value: a foreign key finds all dangling ones. */
  readonly certain: boolean
  /** Condition: the source has a value. */
  readonly given: string
}

export const carriesTarget = ({ of }: Pick<Target, 'of'>, remap: Pick<Remap, 'carries'>): boolean =>
  of === undefined || remap.carries(of)

/** SQL of the new id of the row of `target` whose old id is `id`. */
export function newIdSql(
  target: Target,
  id: string,
  remap: Pick<Remap, 'ids' | 'keys' | 'source' | 'resource' | 'together'>,
): string {
  if (!target.root && isNatural(target, remap.ids)) return naturalKey(target, id, remap)
  const fresh = isMapped(target, remap.ids) ? newKeySql(remap, target, id) : `NULL::${target.keyColumn.type}`
  if (!target.root) return fresh
  const literal = (ref: ResourceRef): string => resourceLiteral(target.keyColumn, ref.id)
  return `CASE WHEN ${id} = ${literal(remap.source)} THEN ${literal(remap.resource)} ELSE ${fresh} END`
}

/** Whether new keys of the table are known; a table of shared rows alone has none. */
function isMapped({ keyColumn, name, shared, root }: Target, ids: Remap['ids']): boolean {
  const form = ids.form(name)
  if (form === 'natural' || ids.drawn(name)) return true
  const family = keyFamily(keyColumn)
  return (
    family === 'uuid' ||
    family === 'integer' ||
    (family === 'text' && !((shared || root) && form === undefined))
  )
}

/** SQL of the new value of a column that holds references. `index` is different for each column of a statement. */
export function columnValue(plan: TablePlan, name: string, source: RowSource, remap: Remap, index: number) {
  const references = referencesOf(plan, name)
  const values = references.map((reference, at) => {
    const value = referenceValue(reference, source, remap, `${index}_${at}`)
    return isSpelled(reference) ? { ...value, sql: `(${value.sql})::${reference.column.type}` } : value
  })
  const joins = values.flatMap((value) => value.joins)
  const [only] = values
  if (!only || !references.some(leadsInPart)) return { sql: only?.sql ?? 'NULL', joins }
  return {
    sql: `coalesce(${[...values.map(({ sql }) => sql), otherValue(references, name, rowsOf(source, remap))].join(', ')})`,
    joins,
  }
}

/** SQL of a value by which no reference leads: a key of another type, or one that means no row. */
function otherValue(references: readonly ReferencePlan[], name: string, rows: TypedRows): string {
  const led = references.map((reference) => `(${leadsSql(reference, rows)})`).join(' OR ')
  return `CASE WHEN ${led} THEN NULL ELSE ${rows.column(name) ?? 'NULL'} END`
}

/** SQL of one reference's new value. `suffix` makes aliases, and is different for each of a statement. */
export function referenceValue(
  reference: ReferencePlan,
  source: RowSource,
  remap: Remap,
  suffix: string,
): ReferenceValue {
  const { shared, lookup } = reference
  const type = typeOfKey(reference)
  const given = `${idOf(reference, source, remap)} IS NOT NULL`
  const id = oldIdSql(reference, source, remap)
  const carries = carriesTarget(reference, remap)
  if (remap.from === 'database') {
    if (!carries) return { sql: id, joins: [], certain: true, given }
    const remapped = remappedValue(reference, remap, id, source, suffix)
    if (!shared) return { ...remapped, given }
    return {
      ...remapped,
      sql: `CASE WHEN ${isShared(reference, shared, id, remap)} THEN ${id} ELSE ${remapped.sql} END`,
      given,
    }
  }
  const found = (stable: StableKey | undefined, alias: string): ReferenceValue | undefined => {
    if (!stable?.headers.some((name) => source.column(name) !== undefined)) return undefined
    const relation = remap.lookups.table(reference, stable)
    const leading = ` AND ${leadsSql(reference, rowsOf(source, remap))}`
    const sql = `${alias}.k::${type}`
    return {
      sql: insteadOr(sql, reference, stable, source, remap),
      joins: [{ relation, alias, condition: sameStableKey(alias, stable, source) + leading }],
      certain: false,
      // An id without its stable key is dangling, too.
      given: `(${given} OR ${givesStableKey(stable, source)}${leading})`,
    }
  }
  const unknown: ReferenceValue = { sql: `NULL::${type}`, joins: [], certain: false, given }
  const own = carries
    ? { ...remappedValue(reference, remap, id, source, suffix), given }
    : (found(lookup, `e${suffix}`) ?? unknown)
  const common = found(shared, `s${suffix}`)
  if (!common) return { ...own, given: `(${given} OR ${own.given})` }
  return {
    sql: `CASE WHEN ${given} THEN ${own.sql} ELSE ${common.sql} END`,
    joins: [...own.joins, ...common.joins],
    certain: false,
    given: `(${given} OR ${common.given})`,
  }
}

const rowsOf = (source: RowSource, { from }: Pick<Remap, 'from'>): TypedRows => ({
  column: (name) => source.column(name),
  from,
})

/** SQL of the old id, as a key of the table that the reference leads to. */
export const oldIdSql = (reference: ReferencePlan, source: RowSource, remap: Pick<Remap, 'from'>): string =>
  typedKey(reference, idOf(reference, source, remap))

/** SQL of the old id; NULL for a row that does not lead by the reference. */
function idOf(reference: ReferencePlan, source: RowSource, remap: Pick<Remap, 'from'>): string {
  const { column } = reference
  const id = source.column(column.name) ?? `NULL::${column.type}`
  return leadsInPart(reference)
    ? `(CASE WHEN ${leadsSql(reference, rowsOf(source, remap))} THEN ${id} END)`
    : id
}

/** Key of the row that takes the place of those that are not here. */
export function insteadKey({ missing }: StableKey, principal: { readonly id: string }): string | undefined {
  if (missing === 'importer') return principal.id
  return typeof missing === 'object' ? missing.row : undefined
}

/** SQL condition: the id is that of a shared row. */
export function isShared(target: Target, shared: StableKey, id: string, remap: Remap): string {
  const rows = target.table.elsewhere
    ? `SELECT r.shared FROM ${remap.foreign.rows(target, remap)} r WHERE r.k = ${id}`
    : `SELECT ${conditionSql(shared.where, remap)} FROM ${referencedTable(target)} WHERE ${quoteIdent(target.key)} = ${id}`
  return `coalesce((${rows} LIMIT 1), false)`
}

/**
 * SQL of the key of the row with this id; NULL without one. It is looked up by its index for each id, because a join
 * would be planned by statistics that a filled table does not have yet.
 */
export function keyThere(target: Target, id: string, remap: Remap): string {
  const { table, key } = target
  const [rows, column] = table.elsewhere
    ? [remap.foreign.rows(target, remap), 'k']
    : [referencedTable(target), quoteIdent(key)]
  return `(SELECT q.${column} FROM ${rows} q WHERE q.${column} = (SELECT ${id}) LIMIT 1)`
}

/** SQL condition: a row with this id is there. */
export const isThere = (target: Target, id: string, remap: Remap): string =>
  `(${keyThere(target, id, remap)} IS NOT NULL)`

function insteadOr(
  found: string,
  target: Target,
  stable: StableKey,
  source: RowSource,
  remap: Remap,
): string {
  const instead = insteadKey(stable, remap.principal)
  if (instead === undefined) return found
  const key = quoteIdent(target.key)
  const row = `(SELECT q.${key} FROM ${referencedTable(target)} q WHERE q.${key}::text = ${textLiteral(instead)})`
  return `CASE WHEN ${givesStableKey(stable, source)} THEN coalesce(${found}, ${row}) END`
}

function remappedValue(
  reference: ReferencePlan,
  remap: Remap,
  id: string,
  source: RowSource,
  suffix: string,
): Omit<ReferenceValue, 'given'> {
  const { column } = reference
  // A reference to a resource that the job does not make, or to a row that it did not count, has no new value.
  // A natural key may be that of another resource's row, which a foreign key would let pass.
  const natural = isNatural(reference, remap.ids)
  const counted = remap.ids.drawn(reference.name) !== undefined || isNumbered(reference, remap.ids)
  if (natural || counted) return { sql: newIdSql(reference, id, remap), joins: [], certain: false }
  if (!isMapped(reference, remap.ids) && !reference.root)
    return { sql: `NULL::${typeOfKey(reference)}`, joins: [], certain: false }
  const distinct = source.distinct(column.name)
  if (distinct === undefined || distinct > defaults.fewDistinctValues) {
    return { sql: newIdSql(reference, id, remap), joins: [], certain: true }
  }
  const alias = `m${suffix}`
  const relation = `(SELECT d.id, ${newIdSql(reference, 'd.id', remap)} AS new_id FROM (SELECT DISTINCT ${id} AS id FROM ${source.from} WHERE ${source.where} AND ${id} IS NOT NULL OFFSET 0) AS d OFFSET 0)`
  return {
    sql: `${alias}.new_id`,
    joins: [{ relation, alias, condition: `${alias}.id = ${id}` }],
    certain: true,
  }
}
