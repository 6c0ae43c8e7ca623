import type { ImportContext } from '@piecework/core/piece'
import { quoteIdent } from '../database/quote-ident.js'
import type { RowSource } from './row-source.js'
import type { ReferencePlan, StableKey, TablePlan } from './table-plan.js'
import { condition, referencedTable, stableRows } from './target-rows.js'
import { uuidExpression } from './uuid-expression.js'

/** What an import or a clone is about, as far as SQL is made of it. */
export type Remap = Pick<ImportContext, 'ids' | 'carries' | 'resource' | 'into'> & {
  /** Where rows come from: files, or the same database, in which references to what the job does not carry stay. */
  readonly from: 'files' | 'database'
}

export interface Join {
  readonly relation: string
  readonly alias: string
  readonly condition: string
}

export interface Value {
  readonly sql: string
  readonly joins: readonly Join[]
  /** NULL only where the source holds nothing: a foreign key finds all that lead nowhere. */
  readonly certain: boolean
  /** Condition: the source holds something. */
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
): Value {
  const { column, shared, lookup } = reference
  const id = source.column(column.name) ?? `NULL::${column.type}`
  const given = `${id} IS NOT NULL`
  const carries = carriesTarget(reference, remap)
  if (remap.from === 'database') {
    if (!carries) return { sql: id, joins: [], certain: true, given }
    const renewed = renew(reference, remap, id, source, index)
    if (!shared) return { ...renewed, given }
    const alias = `s${index}`
    const relation = `(SELECT ${quoteIdent(reference.key)} AS k FROM ${referencedTable(plan.schema, reference)} WHERE ${condition(shared.where, remap)})`
    return {
      sql: `CASE WHEN ${alias}.k IS NOT NULL THEN ${id} ELSE ${renewed.sql} END`,
      joins: [...renewed.joins, { relation, alias, condition: `${alias}.k = ${id}` }],
      certain: renewed.certain,
      given,
    }
  }
  const found = (stable: StableKey | undefined, alias: string): Value | undefined => {
    const key = stable && source.column(stable.header)
    if (!stable || key === undefined) return undefined
    const relation = stableRows(plan.schema, reference, stable, remap)
    return {
      sql: `${alias}.k::${column.type}`,
      joins: [{ relation, alias, condition: `${alias}.s = ${key}` }],
      certain: false,
      // A key that is missing beside an id leads nowhere, too.
      given: `(${given} OR ${key} IS NOT NULL)`,
    }
  }
  const nothing: Value = { sql: `NULL::${column.type}`, joins: [], certain: false, given }
  const own = carries
    ? { ...renew(reference, remap, id, source, index), given }
    : (found(lookup, `e${index}`) ?? nothing)
  const common = found(shared, `s${index}`)
  if (!common) return { ...own, given: `(${given} OR ${own.given})` }
  return {
    sql: `CASE WHEN ${given} THEN ${own.sql} ELSE ${common.sql} END`,
    joins: [...own.joins, ...common.joins],
    certain: false,
    given: `(${given} OR ${common.given})`,
  }
}

/** Fewer different values than this are hashed once each, not once for each row. */
const fewDistinct = 100_000

function renew(
  { column, name }: ReferencePlan,
  { ids }: Remap,
  id: string,
  source: RowSource,
  index: number,
): Omit<Value, 'given'> {
  // Only a uuid can be an id that we made.
  if (column.base !== 'uuid') return { sql: `NULL::${column.type}`, joins: [], certain: false }
  const distinct = source.distinct(column.name)
  if (distinct === undefined || distinct > fewDistinct) {
    return { sql: uuidExpression(ids.key(name), id), joins: [], certain: true }
  }
  const alias = `m${index}`
  const relation = `(SELECT d.id, ${uuidExpression(ids.key(name), 'd.id')} AS renewed FROM (SELECT DISTINCT ${id} AS id FROM ${source.from} WHERE ${source.where} AND ${id} IS NOT NULL OFFSET 0) AS d OFFSET 0)`
  return {
    sql: `${alias}.renewed`,
    joins: [{ relation, alias, condition: `${alias}.id = ${id}` }],
    certain: true,
  }
}
