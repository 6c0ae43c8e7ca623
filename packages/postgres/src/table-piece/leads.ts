import type { CsvRow } from '@piecework/core/piece'
import { textLiteral } from '../database/text-literal.js'
import type { ReferencePlan } from './table-plan.js'
import { valueIn } from './value-in.js'

type Leading = Pick<ReferencePlan, 'column' | 'when' | 'none'>

/** Some values of the column do not lead by this reference, and are none of its dangling ones. */
export const leadsInPart = ({ when, none }: Leading): boolean => when !== undefined || none.length > 0

/** SQL condition: the row leads by the reference. `sqlOf`: of a column. */
export function leadsSql(
  { column, when, none }: Leading,
  sqlOf: (name: string) => string | undefined,
): string {
  const text = (name: string) => `(${sqlOf(name) ?? 'NULL'})::text`
  const conditions = [
    ...(when ? [`${text(when.by.name)} = ${textLiteral(when.is)}`] : []),
    // A shared row is known by its stable key, beside which the column is empty.
    ...(none.length > 0
      ? [`coalesce(${text(column.name)} NOT IN (${none.map(textLiteral).join(', ')}), true)`]
      : []),
  ]
  return conditions.length > 0 ? conditions.join(' AND ') : 'true'
}

/** The same of a row of a file. */
export function leads({ column, when, none }: Leading, row: CsvRow): boolean {
  if (when && valueIn(row, when.by.name) !== when.is) return false
  const value = valueIn(row, column.name)
  return value === null || !none.includes(column.base === 'bpchar' ? value.trimEnd() : value)
}
