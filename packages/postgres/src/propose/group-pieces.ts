import type { Table } from '../table-piece/catalogue.js'
import type { ProposedTable } from './proposal.js'

/**
 * Tables in groups of one schema each, every group after those that its tables refer to; tables that refer to each
 * other are in one group, if they are in one schema. `leadsTo`: tables whose rows must be there before.
 */
export function groupPieces(
  tables: readonly ProposedTable[],
  leadsTo: (table: ProposedTable) => ReadonlySet<Table>,
): readonly (readonly ProposedTable[])[] {
  const targets = new Map(tables.map((one) => [one.table, leadsTo(one)]))
  const reached = new Map(tables.map(({ table }) => [table, reach(table, targets)]))
  const isCircle = (a: Table, b: Table): boolean =>
    a === b || (reached.get(a)?.has(b) === true && reached.get(b)?.has(a) === true)
  const done = new Set<Table>()
  const groups: ProposedTable[][] = []
  const isReady = ({ table }: ProposedTable, group: readonly ProposedTable[]): boolean =>
    [...(reached.get(table) ?? [])].every(
      (to) => done.has(to) || isCircle(table, to) || group.some((one) => one.table === to),
    )
  while (done.size < tables.length) {
    const open = tables.filter(({ table }) => !done.has(table))
    const [first] = open.filter((one) => isReady(one, []))
    const schema = (first ?? open[0])?.table.schema
    const group: ProposedTable[] = []
    for (let grew = true; grew; ) {
      const more = open.filter(
        (one) => one.table.schema === schema && !group.includes(one) && isReady(one, group),
      )
      group.push(...more)
      grew = more.length > 0
    }
    if (group.length === 0) group.push(...open)
    for (const { table } of group) done.add(table)
    groups.push(tables.filter((one) => group.includes(one)))
  }
  return groups
}

function reach(start: Table, targets: ReadonlyMap<Table, ReadonlySet<Table>>): ReadonlySet<Table> {
  const found = new Set<Table>(targets.get(start))
  // Tables that are added while this runs are visited too.
  for (const table of found) for (const next of targets.get(table) ?? []) found.add(next)
  return found
}
