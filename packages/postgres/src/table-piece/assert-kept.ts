import { type Entries, FindingCollector, PieceworkError, type Queryable } from '@piecework/core/piece'
import { defaults } from '../defaults.js'
import { openEntry } from './open-entry.js'
import { mayChange, rowChecks } from './row-checks.js'
import type { TablePlan } from './table-plan.js'

/**
 * Throws `archive-invalid` if the table would refuse or change values of the entry, which may come of columns
 * that became narrower since. Nothing is read if the columns are those of the export.
 */
export async function assertKept(plan: TablePlan, entries: Entries, tx: Queryable): Promise<void> {
  const { entry } = plan
  const { csv } = await openEntry(plan, entries)
  await csv.close()
  const types = entries.facts(entry)?.types
  if (!mayChange(plan, csv.columns, types)) return
  const findings = new FindingCollector({ limit: defaults.listedPerColumn })
  const checks = rowChecks(tx, plan, csv.columns, types)
  let record = 1
  for await (const batch of entries.rows(entry)) {
    for (const row of batch) checks.row(row, ++record, findings)
    await checks.ask(findings)
  }
  await checks.ask(findings, true)
  if (findings.errors === 0) return
  const [first, ...others] = findings.list().filter(({ severity }) => severity === 'error')
  const place = `Entry "${entry}", record ${first?.line}: `
  const more = others.slice(0, 2).map(({ line, message }) => ` Record ${line}: ${message}`)
  throw new PieceworkError(
    'archive-invalid',
    `${place}${first?.message ?? ''}${more.join('')} In all ${findings.errors} values would be refused or changed.`,
    { facts: { entry, values: findings.errors } },
  )
}
