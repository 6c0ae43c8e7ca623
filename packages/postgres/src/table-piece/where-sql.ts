import { textLiteral } from '../database/text-literal.js'
import type { RowCondition } from './spec.js'

/** SQL of a table's condition, with its values as literals because COPY takes none; `$resource` stays. */
export function whereSql(where: RowCondition | undefined): string | undefined {
  if (!where) return undefined
  const { sql, values = [] } = where
  return `(${sql.replace(/\$(\d+)/g, (_, number) => valueSql(values[Number(number) - 1]))})`
}

function valueSql(value: string | number | boolean | null | undefined): string {
  if (value === null || value === undefined) return 'NULL'
  if (typeof value === 'string') return textLiteral(value)
  return typeof value === 'number' ? `(${value})` : String(value)
}
