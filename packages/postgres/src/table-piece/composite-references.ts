import type { Column, ForeignKey, Table } from './catalogue.js'
import { foreignTarget, isDecided, type ResolveInput, specOf } from './resolve-input.js'
import { targetOf } from './resolve-target.js'
import type { ReferencePlan } from './table-plan.js'

/**
 * References of columns that are declared nowhere and are part of a foreign key of several columns: each
 * travels as the column that it leads to.
 */
export function compositeReferences(input: ResolveInput, table: Table): readonly ReferencePlan[] {
  const found = new Map<string, ReferencePlan>()
  for (const { column, to, key } of undeclaredParts(input, table)) {
    if (found.has(column.name) || !holdsIds(input, to, key)) continue
    const target = targetOf(input, to, key, undefined)
    found.set(column.name, {
      ...target,
      column,
      shared: undefined,
      lookup: undefined,
      enforced: false,
      when: undefined,
    })
  }
  return [...found.values()]
}

/** Columns that are part of a foreign key of several columns and lead to columns that travel as they are. */
export function naturalParts(input: ResolveInput, table: Table): ReadonlySet<string> {
  return new Set(
    undeclaredParts(input, table)
      .filter(({ to, key }) => !holdsIds(input, to, key) && (specOf(input, to) || key.base !== 'uuid'))
      .map(({ column }) => column.name),
  )
}

function undeclaredParts(input: ResolveInput, table: Table) {
  const { spec, catalogue } = input
  const { references = {}, owner } = spec
  const parts = ({ columns, schema, table: name, keys }: ForeignKey) => {
    const to = catalogue.get({ schema, name })
    return columns.flatMap((from, at) => {
      const column = table.columns.get(from)
      const key = to?.columns.get(keys[at] ?? '')
      return column && to && key ? [{ column, to, key }] : []
    })
  }
  return table.foreignKeys
    .filter(({ columns }) => columns.length > 1)
    .flatMap(parts)
    .filter(
      ({ column: { name } }) =>
        !Object.hasOwn(references, name) &&
        owner.split('.')[0] !== name &&
        !isDecided(spec, name) &&
        !foreignTarget(catalogue, table, name),
    )
}

/** Whether new ids take the place of the values of a column. */
function holdsIds(input: ResolveInput, table: Table, key: Column): boolean {
  const spec = specOf(input, table)
  if (!spec) return foreignTarget(input.catalogue, table, key.name) !== undefined
  const { references = {}, owner } = spec
  if (Object.hasOwn(references, key.name) || owner === key.name) return true
  if (foreignTarget(input.catalogue, table, key.name)) return true
  return ownKeyName(table, spec) === key.name
}

/**
 * The column whose values are made anew for each row: the primary key, or the only uuid in one of several
 * columns that is no reference and is recognised as an id.
 */
export function ownKeyName(
  table: Table,
  { references = {}, owner }: Pick<ResolveInput['spec'], 'references' | 'owner'>,
): string | undefined {
  const leads = (name: string) =>
    Object.hasOwn(references, name) ||
    owner.split('.')[0] === name ||
    table.foreignKeys.some(({ columns }) => columns.includes(name))
  const [single] = table.primaryKey.length === 1 ? table.primaryKey : []
  if (single !== undefined) return Object.hasOwn(references, single) || single === owner ? undefined : single
  const among = table.primaryKey.length > 1 ? table.primaryKey : [...table.unique]
  const ids = among.flatMap((name) => table.columns.get(name) ?? []).filter(({ base }) => base === 'uuid')
  const [own, ...others] = ids.filter(({ name }) => !leads(name))
  return own && others.length === 0 && (own.hasDefault || own.name === 'id') ? own.name : undefined
}
