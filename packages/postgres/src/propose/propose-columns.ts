import type { Column, Table } from '../table-piece/catalogue.js'
import { namedLike } from '../table-piece/facts/likely-keys.js'
import { looksLikeId } from '../table-piece/facts/looks-like-id.js'
import { looksSecret } from '../table-piece/facts/looks-secret.js'
import { typeBeside } from '../table-piece/facts/type-beside.js'
import { writtenName } from '../table-piece/table-name.js'
import type { Ask, Below } from './proposal.js'
import { memberSource, textSource } from './source-text.js'

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
    else if (looksSecret(column)) {
      if (column.notNull && !column.hasDefault && table.unique.has(name))
        askOfUniqueSecret(below, table, column, set, ask)
      else leaveOut(column, 'looks like a secret, and stays behind: does it travel?')
    } else if (isUuid || looksLikeId(column, names)) {
      const to = namedLike([...below.owned.keys()], table, column)
      if (to) {
        references.set(name, writtenName(to, table.schema))
        ask(`is it the key of a row of "${to.name}"? Its name says so, and no foreign key.`, name)
      } else if (isUuid && table.unique.has(name) && column.hasDefault)
        leaveOut(
          column,
          'is unique and has a default, so each copy gets its own: is it a token, or does it lead somewhere?',
        )
      else {
        // A uuid must stand somewhere; of any other the check goes on to warn until it is decided.
        if (isUuid) columns.push(name)
        ask(
          `is named like an id (${column.type}) and travels as it is until it is decided: which rows does it lead to?${byType(table, column)} If to none: columns: [${textSource(name)}].`,
          name,
        )
      }
    }
  }
  return { references, columns, ignore, set }
}

/** No value can be given to several rows. */
function askOfUniqueSecret(
  { root }: Below,
  table: Table,
  { name, base }: Column,
  set: Map<string, string>,
  ask: Ask,
): void {
  const isText = /^(?:text|varchar|citext|uuid)$/.test(base)
  if (table === root && isText) {
    set.set(name, '() => crypto.randomUUID()')
    ask('looks like a secret, is unique, and must have a value: each copy gets a random one. May it?', name)
    return
  }
  ask(
    `looks like a secret, is unique, and must have a value, so no copy can be made until it is decided. Let the database make one for each row (ALTER COLUMN … SET DEFAULT ${base === 'uuid' ? 'gen_random_uuid()' : 'gen_random_uuid()::text'}) and write ignore: [${textSource(name)}]; or, if it is no secret${isText ? ` and a taken one may get a suffix, unique: { ${memberSource(name)}: 'suffix' }` : ' and copies are made elsewhere only'}, columns: [${textSource(name)}].`,
    name,
    { mustAnswer: true },
  )
}

function byType(table: Table, column: Column): string {
  const type = typeBeside(table, column)
  return type === undefined
    ? ''
    : ` If "${type}" says of which table: references: { ${memberSource(column.name)}: { by: ${textSource(type)}, tables: { … } } }.`
}

/** What a column holds that must have a value, as TypeScript. */
const emptyOf = ({ base }: Column): string => {
  if (/^(?:int[248]|float[48]|numeric|oid)$/.test(base)) return '0'
  if (base === 'bool') return 'false'
  if (base === 'uuid') return "'00000000-0000-0000-0000-000000000000'"
  if (base === 'json' || base === 'jsonb') return "'{}'"
  return "''"
}
