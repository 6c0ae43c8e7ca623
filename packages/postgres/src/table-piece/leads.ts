import type { CsvRow } from '@piecework/core/piece'
import { textLiteral } from '../database/text-literal.js'
import { hasTypeSql, type TypedRows, typeIn } from './row-type.js'
import type { ReferencePlan } from './table-plan.js'
import { valueIn } from './value-in.js'

type Leading = Pick<ReferencePlan, 'column' | 'when' | 'none'>

/** Some values of the column do not lead by this reference, and are none of its dangling ones. */
export const leadsInPart = ({ when, none }: Leading): boolean => when !== undefined || none.length > 0

/** SQL condition: the row leads by the reference. */
export function leadsSql({ column, when, none }: Leading, rows: TypedRows): string {
  const value = `(${rows.column(column.name) ?? 'NULL'})::text`
  const conditions = [
    ...(when ? [hasTypeSql(when.type, when.is, rows)] : []),
    // A shared row is known by its stable key, beside which the column is empty.
    ...(none.length > 0 ? [`coalesce(${value} NOT IN (${none.map(textLiteral).join(', ')}), true)`] : []),
  ]
  return conditions.length > 0 ? conditions.join(' AND ') : 'true'
}

/** The same of a row of a file. */
export function leads({ column, when, none }: Leading, row: CsvRow): boolean {
  if (when && typeIn(when.type, row) !== when.is) return false
  const value = valueIn(row, column.name)
  return value === null || !none.includes(column.base === 'bpchar' ? value.trimEnd() : value)
}
