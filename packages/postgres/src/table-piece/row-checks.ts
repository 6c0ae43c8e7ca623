import type { CsvRow, FindingCollector } from '@piecework/core/piece'
import { type ValueCheck, valueCheck } from './column-types.js'
import { readableColumns } from './header.js'
import type { TablePlan } from './table-plan.js'

/** Reports the values of a row that its table would refuse. */
export type RowCheck = (row: CsvRow, line: number, findings: FindingCollector) => void

export function rowChecks(plan: TablePlan, columns: readonly string[]): RowCheck {
  const file = plan.entry
  const readable = readableColumns(plan)
  const checks = columns.flatMap((name): RowCheck | [] => {
    const column = readable.get(name)
    if (!column) return []
    const reference = plan.references.get(name)
    const instead = [reference?.shared?.header, reference?.lookup?.header].filter(
      (header) => header !== undefined,
    )
    const required = column.notNull && plan.table.columns.get(name) === column
    const fits: ValueCheck = valueCheck(column.base) ?? (() => true)
    return (row, line, findings) => {
      const value = row[name] ?? null
      if (value === null) {
        if (!required || instead.some((header) => (row[header] ?? null) !== null)) return
        const message = `"${name}" is empty, which table "${plan.table.name}" does not allow.`
        findings.error('table/value-missing', { file, line, column: name }, () => ({ message }))
      } else if (!fits(value)) {
        const message = `${JSON.stringify(value.slice(0, 100))} is not ${column.type}.`
        findings.error('table/value-invalid', { file, line, column: name }, () => ({ message }))
      }
    }
  })
  return (row, line, findings) => {
    for (const check of checks) check(row, line, findings)
  }
}
