import type { Table } from './catalogue.js'
import { foreignTarget, type ResolveInput } from './resolve-input.js'
import { isSameTable } from './table-name.js'

/** Whether the column holds the id of the resource: owners of the piece's tables, and what they refer to. */
export function isRoot(input: ResolveInput, table: Table, key: string): boolean {
  const { catalogue, piece, schema } = input
  return piece.tables.some(({ table: name, owner }) => {
    const owned = catalogue.get({ schema, name })
    if (!owned) return false
    if (owned.columns.has(owner)) {
      if (isSameTable(owned, table) && owner === key) return true
      const to = foreignTarget(catalogue, owned, owner)
      return to !== undefined && isSameTable(to.table, table) && to.key === key
    }
    return false
  })
}
