import type { Entries, ImportPartPlan, ImportPartsContext } from '@piecework/core/piece'
import { fillGroups } from './fill-groups.js'
import { canBeParted, type EntryRange } from './import-share.js'
import type { TablePieceSpec } from './spec.js'
import { tablesOfNode } from './tables-in.js'

/** One for each table that the archive has in parts, and those between them. */
export function importSteps<Options>(
  { tables, extraEntries = [] }: TablePieceSpec<Options>,
  entries: Entries,
): number {
  if (!entries.part || extraEntries.length > 0) return 0
  const parted = entries.paths.filter((path) => partsOf(entries, path) > 1).length
  return parted === 0 ? 0 : Math.min(2 * parted + 1, tables.length)
}

/** The parts of the archive, of the tables that allow it; the tables before, between and after them. */
export async function planImportParts<Options>(
  piece: TablePieceSpec<Options>,
  { tx, jobId: job, resource, entries }: ImportPartsContext<Options>,
): Promise<readonly ImportPartPlan[]> {
  const steps: EntryRange[][] = []
  let whole: string[] = []
  const endWhole = () => {
    if (whole.length > 0) steps.push([{ entries: whole }])
    whole = []
  }
  for (const group of fillGroups(await tablesOfNode(tx, piece, { work: 'plan', job, resource }))) {
    const names = group.map(({ entry }) => entry)
    const [entry = ''] = names
    const parts = canBeParted(group) ? partsOf(entries, entry) : 1
    if (parts === 1) whole.push(...names)
    else {
      endWhole()
      steps.push(Array.from({ length: parts }, (_, at) => ({ entries: [entry], part: at + 1 })))
    }
  }
  endWhole()
  if (steps.every(([range]) => range?.part === undefined)) return []
  return steps.flatMap((ranges, at) =>
    ranges.map((range) => ({ range, step: at + 1, rows: rowsOf(entries, range) })),
  )
}

const partsOf = (entries: Entries, path: string): number => entries.facts(path)?.parts ?? 1

function rowsOf(entries: Entries, { entries: names, part }: EntryRange): number {
  return names.reduce((sum, name) => {
    const own = part === undefined ? entries : entries.part?.(name, part)
    return sum + (own?.facts(name)?.rows ?? 0)
  }, 0)
}
