import { type Entries, FindingCollector, PieceworkError, type Queryable } from '@piecework/core/piece'
import { defaults } from '../defaults.js'
import { newlines } from './newlines.js'
import { openEntry } from './open-entry.js'
import { mayChange, rowChecks } from './row-checks.js'
import type { TablePlan } from './table-plan.js'

/**
 * Throws `archive-invalid` if the table would change values of the entry, as a column does that became
 * narrower since. What is no value of it, COPY tells, unless the column had another type: then its text may be taken for
 * another value. Nothing is read if the columns are those of the export.
 */
export async function assertKept(plan: TablePlan, entries: Entries, tx: Queryable): Promise<void> {
  const { entry } = plan
  const { csv } = await openEntry(plan, entries)
  await csv.close()
  const types = entries.facts(entry)?.types
  if (!mayChange(plan, csv.columns, types)) return
  const findings = new FindingCollector({ limit: defaults.listedPerColumn })
  const checks = rowChecks(tx, plan, csv.columns, types)
  let line = 2 + newlines(csv.columns)
  for await (const batch of entries.rows(entry)) {
    for (const row of batch) {
      checks.row(row, line, findings)
      line += 1 + newlines(Object.values(row))
    }
    await checks.ask(findings)
  }
  await checks.ask(findings, true)
  const codes = ['table/value-changed', ...(types ? ['table/value-invalid'] : [])]
  const found = findings.list().filter(({ code }) => codes.includes(code))
  const [first] = found
  if (!first) return
  const count = found.reduce((sum, one) => sum + (one.count ?? 0), 0) || found.length
  const more = count === 1 ? '' : ` ${count} values of the entry would be refused or changed.`
  throw new PieceworkError(
    'archive-invalid',
    `Entry "${entry}", line ${first.line}, column "${first.column}": ${first.message}${more}`,
    { facts: { entry, line: first.line, column: first.column, count } },
  )
}
