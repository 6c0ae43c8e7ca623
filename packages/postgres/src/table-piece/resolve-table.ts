import type { Column } from './catalogue.js'
import { entryName } from './entry-name.js'
import { losesDigits } from './kept-sql.js'
import { keyProblems } from './key-problems.js'
import { noNumbers, ownKeyColumn, tableNumbers } from './keys/numbers.js'
import type { Sequences } from './keys/sequences.js'
import type { ResolveInput } from './resolve-input.js'
import { resolvePath } from './resolve-path.js'
import { resolveJson, resolveReferences } from './resolve-references.js'
import type { MatchedTable } from './table-plan.js'

/** Undefined if the table does not exist. */
export function resolveTable(
  input: ResolveInput & { readonly sequences: Sequences },
): MatchedTable | undefined {
  const { spec, schema, catalogue, sequences, problem } = input
  const { claimed = false } = input.piece
  const table = catalogue.get(spec.table)
  if (!table) {
    problem(`there is no table "${schema}"."${spec.table}"`)
    return undefined
  }
  const column = (name: string, option: string): Column | undefined => {
    const found = table.columns.get(name)
    if (!found) problem(`table "${table.name}" has no column "${name}" (${option})`)
    return found
  }
  const references = resolveReferences(input, table, column)
  const ownerPath = resolvePath(input, table, spec.owner, 'owner')
  const ownerColumn = ownerPath.length === 1 ? ownerPath[0]?.column : undefined
  const decided = new Set([...(spec.ignore ?? []), ...Object.keys(spec.set ?? {})])
  for (const name of decided) column(name, 'ignore or set')
  for (const name of spec.columns ?? []) column(name, 'columns')
  const [single] = table.primaryKey.length === 1 ? table.primaryKey : []
  const ownRow =
    ownerColumn !== undefined &&
    single === ownerColumn.name &&
    !references.has(single) &&
    !table.foreignKeys.some(({ columns }) => columns.includes(single))
  const undecided = [...table.columns.values()].filter(
    ({ name, generated, identity }) =>
      !generated && !(ownRow && identity) && name !== ownerColumn?.name && !decided.has(name),
  )
  const own = undecided.filter(({ name }) => !references.has(name) && !spec.json?.[name])
  const key = ownKeyColumn(table, own, sequences)
  const numbers = claimed ? noNumbers : tableNumbers({ spec, table, sequences, key, own })
  const carried = undecided.filter((column) => !numbers.renumbered.includes(column))
  const plan: MatchedTable = {
    spec,
    table,
    schema,
    entry: entryName(spec.table),
    ownRow,
    claimed,
    ownerPath,
    ownerColumn,
    key,
    numbers,
    carried,
    references: new Map([...references].filter(([name]) => carried.some((column) => column.name === name))),
    json: resolveJson(input, table, column),
    set: Object.entries(spec.set ?? {}).flatMap(([name, value]) => {
      const found = table.columns.get(name)
      return found ? [{ column: found, value }] : []
    }),
    order: spec.order.map((path) => resolvePath(input, table, path, 'order')),
  }
  if (carried.length === 0) problem(`table "${table.name}" has no column that travels`)
  for (const { name, stored } of input.piece.claimed ? [] : carried.filter((one) => losesDigits(one)))
    problem(
      `"${name}" of table "${table.name}" is ${stored}, whose text loses digits; it must stand in "set" or "ignore"`,
    )
  for (const name of spec.keepShellValue ?? []) {
    if (column(name, 'keepShellValue') && !ownRow)
      problem(`"keepShellValue" of table "${table.name}" is for a resource's own row`)
  }
  const formOf = (name: string) => input.piece.tables.find((one) => one.table === name)?.key
  if (!claimed) keyProblems({ plan, decided, forms: formOf, sequences, problem })
  return plan
}
