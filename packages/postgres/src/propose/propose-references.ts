import type { Column, ForeignKey, Table } from '../table-piece/catalogue.js'
import { looksLikePeople, mailColumn } from '../table-piece/facts/looks-like-people.js'
import { looksSecret } from '../table-piece/facts/looks-secret.js'
import { keyFamily } from '../table-piece/key-family.js'
import type { Reference } from '../table-piece/spec.js'
import { writtenName } from '../table-piece/table-name.js'
import { foreignOf } from './owned-tables.js'
import type { Ask, Below } from './proposal.js'

export interface ProposedReferences {
  readonly references: ReadonlyMap<string, string | Reference>
  readonly ignore: readonly string[]
}

/** What becomes of each column that is part of a foreign key, or that leads to the owner. */
export function proposeReferences(below: Below, table: Table, ask: Ask): ProposedReferences {
  const { catalogue } = below.reading
  const { path = [], step } = below.owned.get(table) ?? {}
  const owner = path.length === 1 ? path[0] : undefined
  const references = new Map<string, string | Reference>()
  const ignore: string[] = []
  const isOpen = (column: string): boolean =>
    column !== owner &&
    !references.has(column) &&
    !ignore.includes(column) &&
    !table.columns.get(column)?.generated
  for (const foreign of table.foreignKeys.filter(({ columns }) => columns.length === 1)) {
    const [name = ''] = foreign.columns
    const to = catalogue.get({ schema: foreign.schema, name: foreign.table })
    const column = table.columns.get(name)
    if (!to || !column || !isOpen(name)) continue
    if (foreign.likely && name !== path[0])
      ask(`is it the key of a row of "${to.name}"? Its name says so, and no foreign key.`, name)
    if (to === below.root && table === below.root) leaveOut(column, ignore, ask)
    else if (below.owned.has(to)) {
      references.set(name, writtenName(to, table.schema))
      if (to === below.root)
        ask('leads to the resource too: rows of others are told, and left empty or out.', name)
    } else if (table === below.root && column.notNull && !column.hasDefault && looksLikePeople(to)) {
      ignore.push(name)
      ask(
        `leads to people ("${to.name}"), and stays whom the shell has, so that no archive gives anybody a right: may it?`,
        name,
      )
    } else references.set(name, outside(below, table, column, to, foreign.keys[0] ?? '', ask))
  }
  for (const foreign of table.foreignKeys.filter(({ columns }) => columns.length > 1))
    for (const [name, reference] of partsOf(below, table, foreign, ask))
      if (isOpen(name)) references.set(name, reference)
  if (step && isOpen(step.column))
    references.set(step.column, { table: writtenName(step.to, table.schema), key: step.key })
  return { references, ignore }
}

/** A resource that refers to another one of its kind. */
function leaveOut({ name, notNull }: Column, ignore: string[], ask: Ask): void {
  if (notNull) {
    ask('leads to another resource of this kind, and must have a value: which one in a copy?', name)
    return
  }
  ignore.push(name)
  ask(
    'leads to another resource of this kind; a copy leads to none. Does it belong below that one (parentOf)?',
    name,
  )
}

/** Rows that stay where they are: found by a key that says the same everywhere. */
function outside(below: Below, table: Table, column: Column, to: Table, key: string, ask: Ask): Reference {
  const people = looksLikePeople(to)
  const stable = stableKeyOf(below, to, key)
  const name = writtenName(to, table.schema)
  if (people)
    ask(
      `leads to people ("${to.name}"): may ${stable ? `their ${stable.join(', ')}` : 'their ids'} stand in archives? An import refuses whom it does not find, until "find" or "missing" says otherwise.`,
      column.name,
    )
  else if (stable || keyFamily(column) === 'text')
    ask(
      `leads to "${to.name}", which is not below the root: do all installations share its rows?`,
      column.name,
    )
  else
    ask(
      `leads to "${to.name}", whose rows have no key but their id: is it the same in all installations?`,
      column.name,
    )
  return { table: name, shared: { where: 'true', by: stable ?? [key] } }
}

/** What says in all installations which row it is; undefined if nothing but its id does. */
export function stableKeyOf(below: Below, to: Table, key: string): readonly string[] | undefined {
  const mail = looksLikePeople(to) ? mailColumn(to) : undefined
  return mail && to.unique.has(mail.name) ? [mail.name] : stableKey(below, to, key)
}

/** A unique key of words that people or programs agree on. */
function stableKey({ reading }: Below, to: Table, key: string): readonly string[] | undefined {
  const isStable = (name: string): boolean => {
    const column = to.columns.get(name)
    const leads = to.foreignKeys.some(({ columns }) => columns.includes(name))
    const own = name === key || column?.serial || reading.sequences.of(to, name) !== undefined
    return column !== undefined && !own && !leads && column.base !== 'uuid' && !looksSecret(column)
  }
  const keys = to.uniqueKeys.map(({ columns }) => columns).filter((columns) => columns.every(isStable))
  return [...keys].sort((a, b) => a.length - b.length)[0]
}

/** Columns of a foreign key of several columns that hold ids. */
function partsOf(
  { reading: { catalogue }, owned, root, key: rootKey }: Below,
  table: Table,
  foreign: ForeignKey,
  ask: Ask,
): readonly (readonly [string, Reference])[] {
  const to = catalogue.get({ schema: foreign.schema, name: foreign.table })
  const above = to && owned.get(to)
  if (!to || !above) {
    ask(
      `leads to "${foreign.table}", which is not below the root: declare what its rows are found by.`,
      foreign.columns.join(', '),
    )
    return []
  }
  return foreign.columns.flatMap((column, at): (readonly [string, Reference])[] => {
    const key = foreign.keys[at] ?? ''
    const next = foreignOf(to, key)
    const beyond = next && catalogue.get({ schema: next.schema, name: next.table })
    const last = next?.keys[0]
    if (to === root || (above.path.length === 1 && above.path[0] === key))
      return key === rootKey || to !== root
        ? [[column, { table: writtenName(root, table.schema), key: rootKey }]]
        : []
    if (beyond && owned.has(beyond) && last !== undefined)
      return [[column, { table: writtenName(beyond, table.schema), key: last }]]
    return isOwnKey(to, key) ? [[column, { table: writtenName(to, table.schema), key }]] : []
  })
}

const isOwnKey = (table: Table, name: string): boolean => {
  const column = table.columns.get(name)
  const isPart = table.primaryKey.includes(name) || table.unique.has(name)
  return isPart && (column?.base === 'uuid' || column?.serial === true || table.unique.has(name))
}
