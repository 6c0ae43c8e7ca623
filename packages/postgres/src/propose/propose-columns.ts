import type { Column, Table } from '../table-piece/catalogue.js'
import { looksLikeId } from '../table-piece/facts/looks-like-id.js'
import { looksSecret, snakeCase } from '../table-piece/facts/looks-secret.js'
import { keyFamily } from '../table-piece/key-family.js'
import { writtenName } from '../table-piece/table-name.js'
import type { Ask, Below } from './proposal.js'

export interface ProposedColumns {
  readonly references: ReadonlyMap<string, string>
  readonly columns: readonly string[]
  readonly ignore: readonly string[]
  readonly set: ReadonlyMap<string, string>
}

/** What becomes of columns that no key of the database leads from. `open`: those without another decision. */
export function proposeColumns(
  below: Below,
  table: Table,
  open: readonly Column[],
  ask: Ask,
): ProposedColumns {
  const facts = below.reading.factsOf(table)
  const references = new Map<string, string>()
  const columns: string[] = []
  const ignore: string[] = []
  const set = new Map<string, string>()
  const names = [...below.owned.keys()].map(({ name }) => name)
  const leaveOut = (column: Column, what: string): void => {
    if (!column.notNull || column.hasDefault) ignore.push(column.name)
    else set.set(column.name, `() => ${emptyOf(column)}`)
    ask(what, column.name)
  }
  for (const column of open) {
    const { name } = column
    const isUuid = facts?.uuids.includes(name)
    if (facts?.oids.includes(name))
      leaveOut(
        column,
        'holds the id of a large object, which stays behind: may it? Else keep the bytes in a bytea.',
      )
    else if (looksSecret(column)) leaveOut(column, 'looks like a secret, and stays behind: does it travel?')
    else if (isUuid || looksLikeId(column, names)) {
      const to = namedLike(below, column)
      if (to) {
        references.set(name, writtenName(to, table.schema))
        ask(`is it the key of a row of "${to.name}"? Its name says so, and no foreign key.`, name)
      } else if (isUuid && table.unique.has(name) && column.hasDefault)
        leaveOut(
          column,
          'is unique and has a default, so each copy gets its own: is it a token, or does it lead somewhere?',
        )
      else {
        columns.push(name)
        ask(
          `is named like an id (${column.type}) and travels as it is: which rows does it lead to?${typeBeside(table, column)}`,
          name,
        )
      }
    }
  }
  return { references, columns, ignore, set }
}

/** The only table below the root whose rows the column names, with keys of its type. */
function namedLike({ owned }: Below, column: Column): Table | undefined {
  const words = snakeCase(column.name).replace(/_?(?:ids?|uuids?|guids?|fk)$/, '')
  const found = [...owned.keys()].filter((table) => {
    const [key, ...more] = table.primaryKey
    const target = more.length === 0 ? table.columns.get(key ?? '') : undefined
    const base = column.element ?? column.base
    const fits = target !== undefined && (keyFamily({ base }) ?? '') === keyFamily(target)
    const name = snakeCase(table.name)
    return (
      fits &&
      [name, name.replace(/s$/, ''), name.replace(/es$/, ''), name.replace(/ies$/, 'y')].includes(words)
    )
  })
  return found.length === 1 ? found[0] : undefined
}

function typeBeside({ columns }: Table, { name }: Column): string {
  const type = name.replace(/_?(?:id|uuid)$/i, (end) => (/^[A-Z]/.test(end) ? 'Type' : '_type'))
  return type !== name && columns.has(type)
    ? ` If "${type}" says of which table: references: { ${name}: { by: '${type}', tables: { … } } }.`
    : ''
}

/** What a column holds that must have a value, as TypeScript. */
const emptyOf = ({ base }: Column): string => {
  if (/^(?:int[248]|float[48]|numeric|oid)$/.test(base)) return '0'
  if (base === 'bool') return 'false'
  if (base === 'uuid') return "'00000000-0000-0000-0000-000000000000'"
  if (base === 'json' || base === 'jsonb') return "'{}'"
  return "''"
}
