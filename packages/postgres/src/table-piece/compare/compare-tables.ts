import {
  type CompareContext,
  type ComparedNode,
  type EntryDiff,
  isPieceworkError,
  PieceworkError,
  type Transaction,
} from '@piecework/core/piece'
import type { ClaimedSpec } from '../claims.js'
import type { TablePieceSpec } from '../spec.js'
import { containerOf, referencesOf, type TablePlan } from '../table-plan.js'
import { tablesIn } from '../tables-in.js'
import { ComparableEntry } from './comparable-entry.js'
import { compareRows } from './compare-rows.js'
import { compareFiles, loadDigests } from './file-digests.js'
import { keyTables, keyText } from './key-tables.js'
import { loadEntry } from './load-entry.js'

type Spec = Pick<TablePieceSpec, 'name' | 'schema' | 'tables'> & Partial<Pick<ClaimedSpec, 'claimed'>>

/** Compares table by table, in temporary tables of the database. */
export async function compareTables(spec: Spec, context: CompareContext): Promise<readonly EntryDiff[]> {
  const { a, b, tx, signal } = context
  const entries: EntryDiff[] = []
  for (const plan of await tablesIn(tx, spec)) {
    signal.throwIfAborted()
    const path = plan.entry
    if (!a.entries.facts(path) || !b.entries.facts(path)) continue
    for (const file of plan.files) for (const side of [a, b]) await loadDigests(tx, file, side)
    const rows = await compareRows(tx, plan, a, b).catch((error: unknown) => {
      throw unreadableValue(path, error)
    })
    entries.push(...(await compareFiles(tx, plan, a, b)))
    entries.push({ path, equal: rows.added + rows.removed + rows.changed === 0, rows })
  }
  return entries
}

/** Text by which the resource is ordered among its siblings, from its own row. */
export async function resourceKey(
  spec: Spec,
  node: ComparedNode,
  tx: Transaction,
): Promise<string | undefined> {
  const plans = await tablesIn(tx, spec)
  const plan = plans.find((one) => one.ownRow && isOrderedByOwnColumns(one) && node.entries.facts(one.entry))
  if (!plan) return undefined
  const loaded = await loadEntry(tx, plan, node)
  const entry = new ComparableEntry(plan, loaded, keyTables(tx, node))
  const key = await keyText(entry, plan)
  const { rows } = await tx.query<{ key: string | null }>(`SELECT ${key} AS key FROM ${entry.from} LIMIT 1`)
  return rows[0]?.key ?? undefined
}

/** The columns that order the row travel with it, and hold no ids. */
function isOrderedByOwnColumns(plan: TablePlan): boolean {
  const { order, carried } = plan
  const names = order.map((path) => path[0]?.column.name ?? '')
  const plain = (name: string) => referencesOf(plan, name).length === 0 && !containerOf(plan, name)
  return names.length > 0 && names.every((name) => plain(name) && carried.some((one) => one.name === name))
}

/** Data exceptions, such as a document that is no JSON. */
function unreadableValue(entry: string, error: unknown): unknown {
  const refused = isPieceworkError(error, 'database') && String(error.facts.sqlState).startsWith('22')
  if (!refused) return error
  return new PieceworkError(
    'archive-invalid',
    `Entry "${entry}" has a value that the database cannot read.`,
    {
      cause: error,
      facts: { entry },
    },
  )
}
