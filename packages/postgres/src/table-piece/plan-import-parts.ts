import type { Entries, ImportPartPlan, ImportPartsContext } from '@piecework/core/piece'
import { fillGroups } from './fill-groups.js'
import { canBeParted, type EntryRange } from './import-share.js'
import type { TablePieceSpec } from './spec.js'
import type { TablePlan } from './table-plan.js'
import { tablesOfNode } from './tables-in.js'

/** One for each table that the archive has in parts, and those between them. */
export function importSteps<Options>(
  { tables, partRows, extraEntries = [] }: TablePieceSpec<Options>,
  entries: Entries,
): number {
  if (partRows === undefined || !entries.part || extraEntries.length > 0) return 0
  const parted = entries.paths.filter((path) => partsOf(entries, path) > 1).length
  return parted === 0 ? 0 : Math.min(2 * parted + 1, tables.length)
}

/** The parts of the archive, of the tables that allow it; the tables before, between and after them. */
export async function planImportParts<Options>(
  piece: TablePieceSpec<Options>,
  { tx, jobId: job, resource, entries }: ImportPartsContext<Options>,
): Promise<readonly ImportPartPlan[]> {
  const plans = await tablesOfNode(tx, piece, { work: 'import', job, resource, part: 'plan' })
  const steps: ImportPartPlan[][] = []
  let whole: readonly TablePlan[] = []
  const endWhole = () => {
    const names = whole.map(({ entry }) => entry)
    const rows = names.reduce((sum, name) => sum + rowsOf(entries, name), 0)
    if (whole.length > 0) steps.push([{ range: { entries: names } satisfies EntryRange, rows }])
    whole = []
  }
  for (const group of fillGroups(plans)) {
    const parts = canBeParted(group) ? partsIn(entries, group[0]?.entry ?? '', piece.partRows ?? 0) : []
    if (parts.length < 2) whole = [...whole, ...group]
    else {
      endWhole()
      steps.push(parts)
    }
  }
  endWhole()
  if (steps.length < 2 && (steps[0]?.length ?? 0) < 2) return []
  return steps.flatMap((parts, at) => parts.map((part) => ({ ...part, step: at + 1 })))
}

/** Those of fewer than half as many rows together with the next: what an archive says makes no node for each row. */
function partsIn(entries: Entries, entry: string, partRows: number): ImportPartPlan[] {
  const parts: ImportPartPlan[] = []
  const last = partsOf(entries, entry)
  let [first, rows] = [1, 0]
  for (let number = 1; number <= last; number++) {
    rows += entries.part ? rowsOf(entries.part(entry, number), entry) : 0
    if (rows < partRows / 2 && number < last) continue
    const range: EntryRange = { entries: [entry], parts: { first, last: number } }
    parts.push({ range, rows })
    first = number + 1
    rows = 0
  }
  return parts
}

const partsOf = (entries: Entries, path: string): number => entries.facts(path)?.parts ?? 1

const rowsOf = (entries: Entries, path: string): number => entries.facts(path)?.rows ?? 0
