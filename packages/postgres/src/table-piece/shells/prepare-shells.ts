import type { Entries, NewShell, ShellsContext } from '@piecework/core/piece'
import { openEntry } from '../open-entry.js'
import type { TablePieceSpec } from '../spec.js'
import { containerOf, referencesOf, type TablePlan } from '../table-plan.js'
import { tablesIn } from '../tables-in.js'
import { parkColumn } from './park-column.js'
import { uniqueColumns } from './unique-columns.js'

type AnyShell = NewShell & { readonly entries?: Entries }

/**
 * What a host's default or trigger has put into shells (numbers 1, 2, 3 beside each other) must not stand in
 * the way of what their siblings get, one after the other: columns of the resources' own rows that are unique
 * are set to values beyond, until each row is filled.
 */
export async function prepareShells<Options>(
  piece: TablePieceSpec<Options>,
  { shells, tx }: ShellsContext<AnyShell>,
): Promise<void> {
  for (const plan of await tablesIn(tx, piece)) {
    if (!plan.ownRow) continue
    const written = await writtenColumns(plan, shells)
    const parked = new Set<string>()
    for (const names of await uniqueColumns(tx, plan)) {
      if (names.some((name) => parked.has(name))) continue
      const candidates = plan.carried.filter(({ name }) => names.includes(name) && written.has(name))
      for (const column of candidates) {
        if (
          !(await parkColumn(
            tx,
            plan,
            column,
            shells.map(({ resource }) => resource),
          ))
        )
          continue
        parked.add(column.name)
        break
      }
    }
  }
}

/** Columns to which every one of the shells will get a value of its own: only those may be changed before. */
async function writtenColumns(plan: TablePlan, shells: readonly AnyShell[]): Promise<ReadonlySet<string>> {
  const kept = plan.spec.keepShellValue ?? []
  const written = new Set(
    plan.carried
      .map(({ name }) => name)
      .filter(
        (name) => referencesOf(plan, name).length === 0 && !containerOf(plan, name) && !kept.includes(name),
      ),
  )
  for (const { entries } of shells) {
    if (!entries) continue
    const { csv } = await openEntry(plan, entries)
    await csv.close()
    for (const name of written) if (!csv.columns.includes(name)) written.delete(name)
  }
  return written
}
