import {
  type Entries,
  FindingCollector,
  type NewFinding,
  PieceworkError,
  type Queryable,
} from '@piecework/core/piece'
import { defaults } from '../defaults.js'
import { newlines } from './newlines.js'
import { openEntry } from './open-entry.js'
import { mayChange, rowChecks } from './row-checks.js'
import type { TablePlan } from './table-plan.js'

/**
 * Throws `archive-invalid` if the table would change values of the entry, as a column does that became
 * narrower since. Resolves to such an error for what a validation refuses: COPY tells better what is no value,
 * but it takes texts that are none, as `1e-16384` for 0. If the column had another type, that is thrown at
 * once. Nothing is read if the columns are those of the export, or keep every text as it is.
 */
export async function assertKept(
  plan: TablePlan,
  entries: Entries,
  tx: Queryable,
): Promise<PieceworkError | undefined> {
  const { entry } = plan
  const { csv } = await openEntry(plan, entries)
  await csv.close()
  const facts = entries.facts(entry)
  const types = facts?.types
  if (!mayChange(plan, csv.columns, types)) return undefined
  const findings = new FindingCollector({ limit: defaults.listedPerColumn })
  const checks = rowChecks(tx, plan, csv.columns, facts)
  let line = 2 + newlines(csv.columns)
  for await (const batch of entries.rows(entry)) {
    for (const row of batch) {
      checks.row(row, line, findings)
      line += 1 + newlines(Object.values(row))
    }
    await checks.ask(findings)
  }
  await checks.ask(findings, true)
  const found = findings.list()
  const changed = found.filter(
    ({ code }) => code === 'table/value-changed' || (types && refusedLater.has(code)),
  )
  if (changed.length > 0) throw refusal(entry, changed)
  const refused = found.filter(({ code }) => refusedLater.has(code))
  return refused.length > 0 ? refusal(entry, refused) : undefined
}

const refusedLater: ReadonlySet<string> = new Set(['table/value-invalid', 'table/values-grow'])

function refusal(entry: string, found: readonly NewFinding[]): PieceworkError {
  const [first] = found
  const count = found.reduce((sum, one) => sum + (one.count ?? 0), 0) || found.length
  const more = count === 1 ? '' : ` ${count} values of the entry would be refused or changed.`
  return new PieceworkError(
    'archive-invalid',
    `Entry "${entry}", line ${first?.line}, column "${first?.column}": ${first?.message}${more}`,
    { facts: { entry, line: first?.line, column: first?.column, count } },
  )
}
