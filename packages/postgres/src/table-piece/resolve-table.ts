import type { Column, Table } from './catalogue.js'
import { naturalParts, partProblems } from './composite-references.js'
import { entryName } from './entry-name.js'
import { filePlans } from './files/file-plan.js'
import { losesDigits } from './kept-sql.js'
import { keyProblems } from './key-problems.js'
import { noNumbers, tableNumbers } from './keys/numbers.js'
import type { Sequences } from './keys/sequences.js'
import { ownKey } from './own-key.js'
import { resolveContainers } from './resolve-containers.js'
import type { ResolveInput } from './resolve-input.js'
import { resolvePath } from './resolve-path.js'
import { resolvePolymorphic, resolveReferences } from './resolve-references.js'
import { tableKey } from './table-name.js'
import type { MatchedTable } from './table-plan.js'
import { valueProblems } from './value-problems.js'
import { whereSql } from './where-sql.js'

/** Undefined if the table does not exist. */
export function resolveTable(
  input: ResolveInput & { readonly sequences: Sequences },
): MatchedTable | undefined {
  const { spec, schema, catalogue, sequences, problem } = input
  const { claimed = false } = input.piece
  const table = catalogue.get({ schema, name: spec.table })
  if (!table) {
    problem(`there is no table "${schema}"."${spec.table}"`)
    return undefined
  }
  if (table.elsewhere)
    problem(
      `"${spec.table}" is a foreign table here, and no piece writes through one: if the piece carries its rows, "database" must name the database that has them`,
    )
  const column = (name: string, option: string): Column | undefined => {
    const found = table.columns.get(name)
    if (!found) problem(`table "${table.name}" has no column "${name}" (${option})`)
    return found
  }
  const references = resolveReferences(input, table, column)
  const polymorphic = resolvePolymorphic(input, table, column)
  const isReference = (name: string) => references.some((reference) => reference.column.name === name)
  const ownerPath = resolvePath(input, table, spec.owner, 'owner')
  const ownerColumn = ownerPath.length === 1 ? ownerPath[0]?.column : undefined
  const decided = new Set([...(spec.ignore ?? []), ...Object.keys(spec.set ?? {})])
  for (const name of decided) column(name, 'ignore or set')
  for (const name of spec.columns ?? []) column(name, 'columns')
  const ownRow = isOwnRow(table, ownerColumn) && !isReference(ownerColumn?.name ?? '')
  const undecided = [...table.columns.values()].filter(
    ({ name, generated, identity }) =>
      !generated && !(ownRow && identity) && name !== ownerColumn?.name && !decided.has(name),
  )
  const containers = resolveContainers(input, table, column)
  const holding = new Set([...references, ...containers].map((holder) => holder.column.name))
  const own = undecided.filter(({ name }) => !holding.has(name))
  const key = ownKey(input, table, spec, own)
  const numbers = claimed ? noNumbers : tableNumbers({ spec, table, sequences, key, own })
  const carried = undecided.filter((column) => !numbers.renumbered.includes(column))
  const travels = ({ name }: Column) => carried.some((column) => column.name === name)
  const plan: MatchedTable = {
    spec,
    table,
    name: tableKey(table),
    entry: entryName(spec.table),
    ownRow,
    claimed,
    ownerPath,
    ownerColumn,
    key,
    numbers,
    carried,
    references: references.filter((reference) => travels(reference.column)),
    polymorphic: polymorphic.filter((reference) => travels(reference.column)),
    containers,
    files: filePlans({ spec, entry: entryName(spec.table), carried, key }, column, problem),
    set: Object.entries(spec.set ?? {}).flatMap(([name, value]) => {
      const found = table.columns.get(name)
      return found ? [{ column: found, value }] : []
    }),
    where: whereSql(spec.where),
    unique: Object.entries(spec.unique ?? {}).flatMap(([name, taken]) => {
      const found = column(name, 'unique')
      return found ? [{ column: found, taken }] : []
    }),
    order: spec.order.map((path) => resolvePath(input, table, path, 'order')),
  }
  if (ownRow && input.piece.database !== undefined)
    problem(
      `table "${table.name}" has the resources' own rows, and those are in the store's database, where their shells are made`,
    )
  if (carried.length === 0) problem(`table "${table.name}" has no column that travels`)
  for (const { name, stored } of input.piece.claimed ? [] : carried.filter((one) => losesDigits(one)))
    problem(
      `"${name}" of table "${table.name}" is ${stored}, whose text loses digits; it must stand in "set" or "ignore"`,
    )
  for (const name of spec.keepShellValue ?? []) {
    if (column(name, 'keepShellValue') && !ownRow)
      problem(`"keepShellValue" of table "${table.name}" is for a resource's own row`)
  }
  const forms = (name: string) =>
    input.piece.tables.find((one) => tableKey({ schema, name: one.table }) === name)?.key
  const natural = new Set([...decided, ...naturalParts(input, table)])
  if (claimed) return plan
  keyProblems({ plan, catalogue, decided: natural, forms, sequences, problem })
  for (const text of [...partProblems(input, table), ...valueProblems(input, plan)]) problem(text)
  return plan
}

/** The owner is the whole key and leads to no other table. */
const isOwnRow = ({ primaryKey, foreignKeys }: Table, owner: Column | undefined): boolean =>
  owner !== undefined &&
  primaryKey.length === 1 &&
  primaryKey[0] === owner.name &&
  !foreignKeys.some(({ columns }) => columns.includes(owner.name))
