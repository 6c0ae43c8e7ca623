import type { Column, Table } from './catalogue.js'
import { ownKeyColumn } from './keys/numbers.js'
import type { ResolveInput } from './resolve-input.js'

/**
 * The column whose values are made anew for each row: the primary key, or the only uuid in one of several
 * columns that is no reference and is recognised as an id.
 */
function ownKeyName(
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

/** `own`: columns that are neither owner nor reference, `set` or `ignore`. */
export function ownKey(
  { sequences }: Pick<ResolveInput, 'sequences'>,
  table: Table,
  spec: ResolveInput['spec'],
  own: readonly Column[],
): Column | undefined {
  const uuidKey = ownKeyName(table, spec)
  return (
    (sequences && ownKeyColumn(table, own, sequences, spec.key)) ?? own.find(({ name }) => name === uuidKey)
  )
}
