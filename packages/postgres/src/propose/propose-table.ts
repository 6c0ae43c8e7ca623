import type { Column, Table } from '../table-piece/catalogue.js'
import { snakeCase } from '../table-piece/facts/looks-secret.js'
import type { Reference } from '../table-piece/spec.js'
import { writtenName } from '../table-piece/table-name.js'
import { foreignOf, waysToRoot } from './owned-tables.js'
import type { Below, ProposedTable, Question } from './proposal.js'
import { proposeColumns } from './propose-columns.js'
import { ownColumn, proposeKey } from './propose-key.js'
import type { Orderable } from './propose-order.js'
import { proposeReferences } from './propose-references.js'
import { proposeUnique } from './propose-unique.js'

/** All of a declaration but its order, which other tables have a part in. */
export interface UnorderedTable extends ProposedTable {
  readonly orderable: Orderable
}

export async function proposeTable(below: Below, table: Table): Promise<UnorderedTable> {
  const owned = below.owned.get(table) ?? { path: [], nullable: false }
  const isRoot = table === below.root
  const questions: Question[] = []
  const ask = (text: string, column?: string): void =>
    void questions.push({
      table: `${table.schema}.${table.name}`,
      ...(column !== undefined && { column }),
      text,
    })
  const owner = owned.path.join('.')
  askOfOwner(below, table, owner, ask)
  const leading = proposeReferences(below, table, ask)
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
  const { columns, ...proposed } = proposeColumns(below, table, open, ask)
  const references = new Map<string, string | Reference>([
    ...leading.references,
    ...proposed.references,
    ...ownIds(below, table, own, leads),
  ])
  const ignore = [...leading.ignore, ...proposed.ignore]
  const decided = new Set([...ignore, ...proposed.set.keys(), ...references.keys()])
  const isMade = (name: string) => name === own?.name && key !== 'natural'
  const unique = proposeUnique(
    table,
    (name) => !leads(name) && !decided.has(name) && !isMade(name) && open.some((one) => one.name === name),
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
    if (reference === undefined || (typeof reference === 'object' && reference.shared)) return undefined
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
    orderable: { table, spec, references, key: made, leadsTo: to },
  }
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

function askOfOwner(
  below: Below,
  table: Table,
  owner: string,
  ask: (text: string, column?: string) => void,
): void {
  const { reading, owned, root, key } = below
  const way = owned.get(table)
  if (table !== root && way?.nullable) {
    const others = waysToRoot(reading.catalogue, table, owned, { root, key })
      .map(({ path }) => path.join('.'))
      .filter((path) => path !== owner)
    const also =
      others.length > 0 ? `, also those that ${[...new Set(others)].join(', ')} leads to the root` : ''
    ask(`may be NULL, and then the row does not travel${also}: does each row have an owner?`, owner)
  }
  const [first = ''] = way?.path ?? []
  if (table !== root && foreignOf(table, first)?.likely)
    ask('leads to the resource by its name, and no foreign key says so: does it?', first)
  const deleted = [...table.columns.values()].find(({ name }) =>
    /^(?:deleted|removed|archived)_?at$/i.test(name),
  )
  if (deleted)
    ask(`do deleted rows travel? If not: where: { sql: '"${deleted.name}" IS NULL' }.`, deleted.name)
  const said = [...table.columns.values()].find(({ name }) => snakeCase(name) === 'is_deleted')
  if (said) ask('do deleted rows travel? If not, say so by "where".', said.name)
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
