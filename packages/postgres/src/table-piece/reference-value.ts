import type { ImportContext } from '@piecework/core/piece'
import { quoteIdent } from '../database/quote-ident.js'
import { defaults } from '../defaults.js'
import { keyFamily } from './key-family.js'
import { isNumbered, type ReservedKeysOf } from './keys/reserved-keys.js'
import { newKeySql } from './new-key.js'
import type { RowSource } from './row-source.js'
import type { ReferencePlan, StableKey, TablePlan } from './table-plan.js'
import { conditionSql, referencedTable, stableRows } from './target-rows.js'

/** The parts of an import or a clone that SQL depends on. */
export type Remap = Pick<ImportContext, 'ids' | 'carries' | 'resource' | 'into'> & {
  /**
   * Source of the rows: files, or the same database. In that, references to what the job does not carry stay
   * as they are.
   */
  readonly from: 'files' | 'database'
  /** Reserved keys of the tables that the rows refer to, and of their own. */
  readonly keys: ReservedKeysOf
}

export interface Join {
  readonly relation: string
  readonly alias: string
  readonly condition: string
}

export interface ReferenceValue {
  readonly sql: string
  readonly joins: readonly Join[]
  /** NULL only if the source has no value: a foreign key finds all dangling ones. */
  readonly certain: boolean
  /** Condition: the source has a value. */
  readonly given: string
}

export const carriesTarget = ({ of }: Pick<ReferencePlan, 'of'>, remap: Pick<Remap, 'carries'>): boolean =>
  of === undefined || remap.carries(of)

/** SQL of a reference's new value. `index` is different for each reference of a statement. */
export function referenceValue(
  plan: TablePlan,
  reference: ReferencePlan,
  source: RowSource,
  remap: Remap,
  index: number,
): ReferenceValue {
  const { column, shared, lookup } = reference
  const id = source.column(column.name) ?? `NULL::${column.type}`
  const given = `${id} IS NOT NULL`
  const carries = carriesTarget(reference, remap)
  if (remap.from === 'database') {
    if (!carries) return { sql: id, joins: [], certain: true, given }
    const remapped = remappedValue(reference, remap, id, source, index)
    if (!shared) return { ...remapped, given }
    const alias = `s${index}`
    const relation = `(SELECT ${quoteIdent(reference.key)} AS k FROM ${referencedTable(plan.schema, reference)} WHERE ${conditionSql(shared.where, remap)})`
    return {
      sql: `CASE WHEN ${alias}.k IS NOT NULL THEN ${id} ELSE ${remapped.sql} END`,
      joins: [...remapped.joins, { relation, alias, condition: `${alias}.k = ${id}` }],
      certain: remapped.certain,
      given,
    }
  }
  const found = (stable: StableKey | undefined, alias: string): ReferenceValue | undefined => {
    const key = stable && source.column(stable.header)
    if (!stable || key === undefined) return undefined
    const relation = stableRows(plan.schema, reference, stable, remap)
    return {
      sql: `${alias}.k::${column.type}`,
      joins: [{ relation, alias, condition: `${alias}.s = ${key}` }],
      certain: false,
      // An id without its stable key is dangling, too.
      given: `(${given} OR ${key} IS NOT NULL)`,
    }
  }
  const unknown: ReferenceValue = { sql: `NULL::${column.type}`, joins: [], certain: false, given }
  const own = carries
    ? { ...remappedValue(reference, remap, id, source, index), given }
    : (found(lookup, `e${index}`) ?? unknown)
  const common = found(shared, `s${index}`)
  if (!common) return { ...own, given: `(${given} OR ${own.given})` }
  return {
    sql: `CASE WHEN ${given} THEN ${own.sql} ELSE ${common.sql} END`,
    joins: [...own.joins, ...common.joins],
    certain: false,
    given: `(${given} OR ${common.given})`,
  }
}

/** Whether new keys of the table are known; a table of shared rows alone has none. */
function isMapped({ table, key, name, shared }: ReferencePlan, ids: Remap['ids']): boolean {
  const target = table.columns.get(key)
  const form = ids.form(name)
  if (form === 'natural') return true
  const family = target && keyFamily(target)
  return family === 'uuid' || (family === 'text' && !(shared && form === undefined))
}

function remappedValue(
  reference: ReferencePlan,
  remap: Remap,
  id: string,
  source: RowSource,
  index: number,
): Omit<ReferenceValue, 'given'> {
  const { ids } = remap
  // A reference to a resource that the job does not make, or to a row that it did not count, has no new value.
  if (ids.drawn(reference.name) || isNumbered(reference, ids))
    return { sql: newKeySql(remap, reference, id), joins: [], certain: false }
  const { column } = reference
  if (!isMapped(reference, ids)) return { sql: `NULL::${column.type}`, joins: [], certain: false }
  const distinct = source.distinct(column.name)
  if (distinct === undefined || distinct > defaults.fewDistinctValues) {
    return { sql: newKeySql(remap, reference, id), joins: [], certain: true }
  }
  const alias = `m${index}`
  const relation = `(SELECT d.id, ${newKeySql(remap, reference, 'd.id')} AS new_id FROM (SELECT DISTINCT ${id} AS id FROM ${source.from} WHERE ${source.where} AND ${id} IS NOT NULL OFFSET 0) AS d OFFSET 0)`
  return {
    sql: `${alias}.new_id`,
    joins: [{ relation, alias, condition: `${alias}.id = ${id}` }],
    certain: true,
  }
}
