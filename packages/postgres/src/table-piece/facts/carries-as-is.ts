import type { Column } from '../catalogue.js'
import type { MatchedTable } from '../table-plan.js'

/** Columns whose values an import neither remaps nor computes; of foreign keys, the declaration says so. */
export function carriesAsIs({
  key,
  references,
  containers,
  files,
  table,
}: MatchedTable): (column: Column) => boolean {
  const foreign = new Set(table.foreignKeys.flatMap(({ columns }) => columns))
  const holding = new Set([...references, ...containers, ...files].map(({ column }) => column.name))
  return ({ name }) => name !== key?.name && !holding.has(name) && !foreign.has(name)
}
