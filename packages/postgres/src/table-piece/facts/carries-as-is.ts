import type { Column } from '../catalogue.js'
import type { MatchedTable } from '../table-plan.js'

/** Columns whose values an import neither remaps nor computes; of foreign keys, the declaration says so. */
export function carriesAsIs({ key, references, json, table }: MatchedTable): (column: Column) => boolean {
  const foreign = new Set(table.foreignKeys.flatMap(({ columns }) => columns))
  return ({ name }) => name !== key?.name && !references.has(name) && !json.has(name) && !foreign.has(name)
}
