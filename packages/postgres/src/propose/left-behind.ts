import type { Table } from '../table-piece/catalogue.js'
import { looksLikeId } from '../table-piece/facts/looks-like-id.js'
import { looksLikePeople } from '../table-piece/facts/looks-like-people.js'
import { typeBeside } from '../table-piece/facts/type-beside.js'
import type { Below } from './proposal.js'

/** A table of the host that is not below the root. */
export interface LeftBehind {
  readonly table: string
  /** A column that may lead to rows below the root. */
  readonly leads?: {
    readonly column: string
    /** The column that says of which table they are. Absent: a foreign key says so, and the rows outlive them. */
    readonly type?: string
  }
  /** In words. */
  readonly reason: string
}

/** Tables whose rows stay where they are, without people and those that references of others lead to. */
export function leftBehind({ reading: { catalogue }, owned, root }: Below): readonly LeftBehind[] {
  const below = [...owned.keys()]
  const led = new Set(
    below.flatMap(({ foreignKeys }) =>
      foreignKeys.flatMap(({ schema, table: name }) => catalogue.get({ schema, name }) ?? []),
    ),
  )
  const schemas = new Set(below.map(({ schema }) => schema))
  return catalogue.tables
    .filter((table) => schemas.has(table.schema) && !owned.has(table) && table !== root)
    .flatMap((table): LeftBehind[] => {
      const leads = leadsByType(table) ?? leadsLoosely(table, below)
      if (looksLikePeople(table) || (!leads && led.has(table))) return []
      return [
        { table: `${table.schema}.${table.name}`, ...(leads && { leads }), reason: reasonOf(table, leads) },
      ]
    })
    .sort((a, b) => (a.table < b.table ? -1 : 1))
}

function leadsByType(table: Table): LeftBehind['leads'] {
  const known = new Set(table.foreignKeys.flatMap(({ columns }) => columns))
  for (const column of table.columns.values()) {
    const type = typeBeside(table, column)
    const isKey = table.primaryKey.length === 1 && table.primaryKey[0] === column.name
    const isOpen = !known.has(column.name) && !isKey && (column.base === 'uuid' || looksLikeId(column, []))
    if (isOpen && type !== undefined) return { column: column.name, type }
  }
  return undefined
}

function leadsLoosely({ foreignKeys }: Table, below: readonly Table[]): LeftBehind['leads'] {
  const found = foreignKeys.find((foreign) =>
    below.some(({ schema, name }) => foreign.schema === schema && foreign.table === name),
  )
  return found && { column: found.columns.join(', ') }
}

function reasonOf({ foreignKeys, columns, primaryKey }: Table, leads: LeftBehind['leads']): string {
  if (leads?.type !== undefined) return `${leads.column} may lead here, as ${leads.type} says`
  if (leads) return `${leads.column} leads here; its rows outlive those`
  const keys = foreignKeys.map((key) => `${key.columns.join(', ')} to ${key.table}`)
  const known = new Set([...foreignKeys.flatMap((key) => key.columns), ...primaryKey])
  const ids = [...columns.values()].filter(
    (column) => !known.has(column.name) && (column.base === 'uuid' || looksLikeId(column, [])),
  )
  const asked = ids.length > 0 ? `; where does ${ids.map(({ name }) => name).join(', ')} lead?` : ''
  return `${keys.length > 0 ? `leads elsewhere only: ${keys.join(', ')}` : 'no key leads here'}${asked}`
}

/** In words, for people. */
export const leftBehindText = ({ table, reason }: LeftBehind): string => `${table} (${reason})`
