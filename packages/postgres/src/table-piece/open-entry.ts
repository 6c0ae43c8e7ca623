import { type Csv, type Entries, openCsv, PieceworkError, recordLimit } from '@piecework/core/piece'
import { type Header, matchHeader } from './header.js'
import { rowError } from './row-error.js'
import type { TablePlan } from './table-plan.js'

export interface OpenEntry {
  readonly csv: Csv
  readonly header: Header
}

/**
 * Opens a table's entry, to be closed by the caller. Throws `archive-invalid` if its header does not fit the
 * table.
 */
export async function openEntry(plan: TablePlan, entries: Entries): Promise<OpenEntry> {
  const { entry } = plan
  const refuse = (what: string): never => {
    throw new PieceworkError('archive-invalid', `Entry "${entry}" ${what}.`, { facts: { entry } })
  }
  if (!entries.facts(entry)) refuse('is missing')
  const csv = await openCsv(entries.open(entry), recordLimit(entries.facts(entry))).catch(
    (error: unknown) => {
      throw rowError(error, entry)
    },
  )
  const header = matchHeader(plan, csv.columns)
  const [unknown] = header.unknown
  const [missing] = header.missing
  if (unknown === undefined && missing === undefined) return { csv, header }
  await csv.close()
  return unknown === undefined
    ? refuse(`lacks the column "${missing}"`)
    : refuse(`has the column ${JSON.stringify(unknown)}, which table "${plan.table.name}" does not have`)
}
