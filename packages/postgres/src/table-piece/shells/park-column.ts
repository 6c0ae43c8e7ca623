import { isPieceworkError, type ResourceRef, type Transaction } from '@piecework/core/piece'
import { quoteIdent } from '../../database/quote-ident.js'
import { asHost, asOurselves } from '../as-host.js'
import type { Column } from '../catalogue.js'
import { tableName } from '../joins.js'
import { resourceLiteral } from '../resource-literal.js'
import type { TablePlan } from '../table-plan.js'

/**
 * Sets the column of these rows to different values that no row is likely to get: the greatest of its type,
 * or NULL. False if the table takes none of them; then the rows are as they were.
 */
export async function parkColumn(
  tx: Transaction,
  plan: TablePlan,
  column: Column,
  resources: readonly ResourceRef[],
): Promise<boolean> {
  const { ownerColumn } = plan
  if (!ownerColumn) return false
  const rows = resources.map(({ id }, index) => `(${resourceLiteral(ownerColumn, id)}, ${index})`)
  const table = tableName(plan.table)
  for (const value of valuesFor(column, table)) {
    await tx.query('SAVEPOINT piecework_shells')
    try {
      // All names in it are qualified, but those of the system.
      await tx.query(asHost)
      await tx.query(
        `UPDATE ${table} AS o SET ${quoteIdent(column.name)} = ${value}
         FROM (VALUES ${rows.join(', ')}) AS v (id, n) WHERE o.${quoteIdent(ownerColumn.name)} = v.id`,
      )
      await tx.query(asOurselves)
      await tx.query('RELEASE SAVEPOINT piecework_shells')
      return true
    } catch (error) {
      if (!isRefused(error)) throw error
      await tx.query('ROLLBACK TO SAVEPOINT piecework_shells')
    }
  }
  return false
}

/** SQL of values for the row number `v.n`, the least likely one first. */
function valuesFor(column: Column, table: string): readonly string[] {
  const greatest = greatestSql(column)
  const number = /^(int|numeric|float)/.test(column.base)
  const next = `(SELECT max(q.${quoteIdent(column.name)}) FROM ${table} q) + 1 + v.n`
  const values = [...(greatest === undefined ? [] : [greatest]), ...(number ? [next] : [])]
  return [...values.map((sql) => `(${sql})::${column.type}`), ...(column.notNull ? [] : ['NULL'])]
}

/** Undefined for types that have few values. */
function greatestSql({ base, type }: Column): string | undefined {
  const [, size] = /\((\d+)/.exec(type) ?? []
  const [, scale = '0'] = /,(\d+)\)/.exec(type) ?? []
  const text = size === undefined ? '' : `, ${size}`
  switch (base) {
    case 'int2':
      return '32767 - v.n'
    case 'int4':
      return '2147483647 - v.n'
    case 'int8':
      return '9223372036854775807 - v.n'
    case 'numeric':
      return `10::numeric ^ ${size === undefined ? 30 : Number(size) - Number(scale)} - 1 - v.n`
    case 'float4':
    case 'float8':
      return '1e30 * (1 + v.n)'
    case 'text':
    case 'citext':
      return "'~' || md5(v.id::text)"
    case 'varchar':
    case 'bpchar':
      return size === undefined ? "'~' || md5(v.id::text)" : `left('~' || md5(v.id::text)${text})`
    case 'uuid':
      return 'md5(v.id::text)::uuid'
    case 'date':
      return "date '5000000-01-01' - v.n"
    case 'timestamp':
    case 'timestamptz':
      return `${base} '290000-01-01' - v.n * interval '1 second'`
    default:
      return undefined
  }
}

/** By the type, a constraint or a trigger. */
const isRefused = (error: unknown): boolean =>
  isPieceworkError(error, 'database') && !error.retryable && !/^(42|57)/.test(String(error.facts.sqlState))
