import { isPieceworkError, type ResourceRef, type Transaction } from '@piecework/core/piece'
import { alternatives } from '../as-reference.js'
import type { Catalogue, Column, Table } from '../catalogue.js'
import { resolvePath } from '../resolve-path.js'
import { resourceLiteral } from '../resource-literal.js'
import type { TablePieceSpec, TableSpec } from '../spec.js'
import { isNamed, isSameTable } from '../table-name.js'
import type { PathStep } from '../table-plan.js'
import { catalogueIn } from '../tables-in.js'

/** What a removal reads of a declaration. */
export type RemovableSpec = Pick<TablePieceSpec, 'name' | 'schema' | 'exportOnly' | 'tables'>

/** A declared table as it is in the database now. */
export interface RemovableTable {
  readonly spec: RemovableSpec['tables'][number]
  readonly table: Table
  readonly schema: string
  /** From this table to the resource's id. */
  readonly ownerPath: readonly PathStep[]
  /** The owner is the table's own key: one row for each resource. */
  readonly ownRow: boolean
}

/**
 * Tables that are there and lead to a resource. Whatever else does not fit the database, no row of the others
 * can have been written.
 */
export async function removableTables(
  tx: Transaction,
  piece: RemovableSpec,
  resources: readonly ResourceRef[],
): Promise<readonly RemovableTable[]> {
  const schema = piece.schema ?? 'public'
  const catalogue = await catalogueIn(tx, piece)
  return piece.tables.flatMap((spec) => {
    const found = removableTable(catalogue, piece, schema, spec)
    return found && canHold(found.ownerPath.at(-1)?.column, resources) ? [found] : []
  })
}

/** A column of another type than the ids has never held one. */
function canHold(column: Column | undefined, resources: readonly ResourceRef[]): boolean {
  try {
    if (column) for (const { id } of resources) resourceLiteral(column, id)
    return column !== undefined
  } catch (error) {
    if (isPieceworkError(error, 'registry-invalid')) return false
    throw error
  }
}

function removableTable(
  catalogue: Catalogue,
  piece: Pick<TablePieceSpec, 'name' | 'tables'>,
  schema: string,
  spec: TableSpec,
): RemovableTable | undefined {
  const table = catalogue.get({ schema, name: spec.table })
  if (!table) return undefined
  const problems: string[] = []
  const problem = (text: string): void => void problems.push(text)
  const ownerPath = resolvePath({ spec, piece, schema, catalogue, problem }, table, spec.owner, 'owner')
  if (problems.length > 0) return undefined
  const [only] = ownerPath.length === 1 ? ownerPath : []
  const name = only?.column.name ?? ''
  const ownRow =
    only !== undefined &&
    table.primaryKey.length === 1 &&
    table.primaryKey[0] === name &&
    !spec.references?.[name] &&
    !table.foreignKeys.some(({ columns }) => columns.includes(name))
  return { spec, table, schema, ownerPath, ownRow }
}

/** Whether the table's rows certainly go, without a further word, with the row of `root` that owns them. */
export function goesWithItsOwner({ spec, table, ownerPath }: RemovableTable, root: string): boolean {
  let at = table
  for (const { column, to } of ownerPath) {
    const goes = at.foreignKeys.some(
      (key) =>
        key.onDelete === 'cascade' &&
        key.columns.length === 1 &&
        key.columns[0] === column.name &&
        (to
          ? isSameTable({ schema: key.schema, name: key.table }, to.table)
          : isNamed({ schema: key.schema, name: key.table }, root)),
    )
    if (!goes) return false
    if (to) at = to.table
  }
  // A row that keeps another row from being deleted has to go before that one does.
  return table.foreignKeys.every(
    ({ onDelete, columns }) => onDelete !== 'refuse' || columns.every((name) => isShared(spec, name)),
  )
}

/** Refers to rows that no removal deletes. */
export function isShared(spec: Pick<TableSpec, 'references'>, column: string): boolean {
  const declared = spec.references?.[column]
  return (
    declared !== undefined && alternatives(declared).every(({ reference }) => reference.shared !== undefined)
  )
}
