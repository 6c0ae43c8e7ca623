import type { Column, Table } from '../table-piece/catalogue.js'
import { looksLikeId } from '../table-piece/facts/looks-like-id.js'
import { looksSecret, snakeCase } from '../table-piece/facts/looks-secret.js'
import type { PolymorphicReference, Reference } from '../table-piece/spec.js'
import { writtenName } from '../table-piece/table-name.js'
import type { Ask, Below, ProposedTable, Question } from './proposal.js'
import { proposeColumns } from './propose-columns.js'
import { proposeFiles } from './propose-files.js'
import { ownColumn, proposeKey } from './propose-key.js'
import type { Orderable } from './propose-order.js'
import { proposeReferences } from './propose-references.js'
import { proposeTypes } from './propose-types.js'
import { proposeUnique } from './propose-unique.js'
import { askOfOwner, askOfRights } from './table-questions.js'

/** All of a declaration but its order, which other tables have a part in. */
export interface UnorderedTable extends ProposedTable {
  readonly orderable: Orderable
}

export async function proposeTable(below: Below, table: Table): Promise<UnorderedTable> {
  const owned = below.owned.get(table) ?? { path: [], nullable: false }
  const isRoot = table === below.root
  const questions: Question[] = []
  const ask: Ask = (text, column, must): void =>
    void questions.push({
      table: `${table.schema}.${table.name}`,
      ...(column !== undefined && { column }),
      text,
      ...must,
    })
  const owner = owned.path.join('.')
  askOfOwner(below, table, owner, ask)
  const leading = proposeReferences(below, table, ask)
  askOfRights(below, table, ask)
  const foreign = new Set(table.foreignKeys.flatMap(({ columns }) => columns))
  const leads = (name: string): boolean =>
    name === owned.path[0] ||
    leading.references.has(name) ||
    leading.ignore.includes(name) ||
    foreign.has(name)
  const own = isRoot ? table.columns.get(below.key) : ownColumn(below, table, leads)
  const key = await proposeKey(below, table, own, ask)
  const open = [...table.columns.values()].filter(
    (column) => !leads(column.name) && column !== own && !column.generated && !isNumber(below, table, column),
  )
  for (const column of table.columns.values())
    if (!leads(column.name) && column !== own && isNumber(below, table, column))
      ask('takes numbers from a sequence: each row of a copy takes a new one. May it?', column.name)
  const ids = open.filter((column) => mayHoldIds(below, table, column))
  const types = await proposeTypes(below, table, ids, leading.references, ask)
  const untyped = open.filter(({ name }) => !types.has(name))
  const files = proposeFiles(below, table, untyped, ask)
  const { columns, ...proposed } = proposeColumns(
    below,
    table,
    untyped.filter(({ name }) => !files.has(name)),
    ask,
  )
  const references = new Map<string, string | Reference | PolymorphicReference>([
    ...leading.references,
    ...types,
    ...proposed.references,
    ...ownIds(below, table, own, leads),
  ])
  const ignore = [...leading.ignore, ...proposed.ignore]
  const decided = new Set([...ignore, ...proposed.set.keys(), ...references.keys()])
  const isMade = (name: string) => name === own?.name && key !== 'natural'
  const unique = proposeUnique(
    table,
    (name) =>
      !leads(name) &&
      !decided.has(name) &&
      !isMade(name) &&
      open.some((one) => one.name === name && !looksSecret(one)),
    files,
    ask,
  )
  const named = isRoot ? nameColumn(table)?.name : undefined
  const spec = {
    table: table.name,
    ...(key !== undefined && { key }),
    owner,
    order: [],
    ...(references.size > 0 && { references: Object.fromEntries(references) }),
    ...(Object.keys(unique).length > 0 && { unique }),
    ...(columns.length > 0 && { columns }),
    ...(ignore.length > 0 && { ignore }),
    ...factsOf(below, table, ask),
    ...(named !== undefined && !decided.has(named) && { keepShellValue: [named] }),
  }
  const to = (column: string): Table | undefined => {
    const reference = references.get(column)
    if (reference === undefined || isElsewhere(reference)) return undefined
    return [...below.owned.keys()].find(
      (one) => one !== below.root && ledTo(below, table, column, reference, one),
    )
  }
  const made = own && isMade(own.name) ? own.name : undefined
  return {
    table,
    owned,
    spec,
    set: Object.fromEntries(proposed.set),
    questions,
    orderable: {
      table,
      spec: { ...spec, ignore: [...ignore, ...proposed.set.keys()] },
      references,
      files,
      key: made,
      leadsTo: to,
    },
  }
}

/** Rows of several tables, or of none below the root. */
const isElsewhere = (
  reference: string | Reference | PolymorphicReference,
): reference is PolymorphicReference | (Reference & Required<Pick<Reference, 'shared'>>) =>
  typeof reference === 'object' && ('tables' in reference || reference.shared !== undefined)

/** uuids, and what is named like an id, unless it looks like a secret. */
function mayHoldIds(below: Below, table: Table, column: Column): boolean {
  const names = [...below.owned.keys()].map(({ name }) => name)
  const isUuid = below.reading.factsOf(table)?.uuids.includes(column.name) === true
  return (isUuid || looksLikeId(column, names)) && !looksSecret(column)
}

const ledTo = (
  { reading: { catalogue } }: Below,
  table: Table,
  column: string,
  reference: string | Reference,
  one: Table,
): boolean => {
  const foreign = table.foreignKeys.find(({ columns }) => columns.length === 1 && columns[0] === column)
  if (foreign) return catalogue.get({ schema: foreign.schema, name: foreign.table }) === one
  const name = typeof reference === 'string' ? reference : reference.table
  return name === writtenName(one, table.schema)
}

/** Takes numbers from a sequence, and is no key: made anew. */
const isNumber = ({ reading }: Below, table: Table, { name, serial }: Column): boolean =>
  serial || reading.sequences.of(table, name) !== undefined

/** uuids that are part of a key of several columns, and are the row's own. */
function ownIds(
  { root }: Below,
  table: Table,
  own: Column | undefined,
  leads: (name: string) => boolean,
): readonly (readonly [string, { readonly table: string; readonly key: string }])[] {
  if (table.primaryKey.length < 2 || table === root) return []
  const ids = table.primaryKey.filter(
    (name) => table.columns.get(name)?.base === 'uuid' && name !== own?.name && !leads(name),
  )
  return ids.map((name) => [name, { table: table.name, key: name }])
}

function factsOf(
  { reading, owned }: Below,
  table: Table,
  ask: (text: string, column?: string) => void,
): { readonly triggers?: readonly string[]; readonly inheritedBy?: readonly string[] } {
  const facts = reading.factsOf(table)
  const triggers = [...new Set([...(facts?.triggers.map(({ name }) => name) ?? []), ...(facts?.rules ?? [])])]
  const declared = [...owned.keys()].filter(({ schema }) => schema === table.schema).map(({ name }) => name)
  const inheritedBy = facts?.heirs.filter((name) => !declared.includes(name)) ?? []
  if (triggers.length > 0)
    ask(`may ${triggers.join(', ')} run when a copy is written? What they change is told by each job.`)
  if (inheritedBy.length > 0)
    ask(`rows of ${inheritedBy.join(', ')}, which inherit from it, stay behind: may they?`)
  return { ...(triggers.length > 0 && { triggers }), ...(inheritedBy.length > 0 && { inheritedBy }) }
}

/** The column that people know a row by. */
export function nameColumn({ columns }: Table): Column | undefined {
  const texts = [...columns.values()].filter(
    ({ base, generated }) => /^(?:text|varchar|bpchar|citext)$/.test(base) && !generated,
  )
  return ['name', 'title', 'label', 'display_name', 'subject', 'caption']
    .map((name) => texts.find((column) => snakeCase(column.name) === name))
    .find((column) => column !== undefined)
}
