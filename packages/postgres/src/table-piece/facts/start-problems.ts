import type { Column } from '../catalogue.js'
import type { TablePlan } from '../table-plan.js'
import { carriesAsIs } from './carries-as-is.js'
import { looksLikeId } from './looks-like-id.js'
import { type Problem, quoted } from './problem.js'
import { incompleteRows, sharedWithoutIndex } from './shared-problems.js'
import type { StartFacts } from './start-facts.js'
import { untyped } from './type-beside.js'

/** What a later job, or a second copy, would meet. `exportOnly`: nothing is written; `tables`: that pieces carry. */
export function startProblems(
  plan: TablePlan,
  facts: StartFacts,
  exportOnly: boolean,
  tables: readonly string[],
): Problem[] {
  const reading = privileges(plan, 'read', plan.carried, facts.unreadable)
  if (exportOnly) return [...reading, ...untyped(plan), ...namedLikeIds(plan, tables)]
  const written = [...plan.carried, ...plan.set.map(({ column }) => column)]
  return [
    ...reading,
    ...privileges(plan, 'write', written, facts.unwritable),
    ...undrawable(plan),
    ...undecidedTriggers(plan),
    ...uniqueBeyond(plan, facts),
    ...repeatedBySet(plan),
    ...sequences(plan, facts),
    ...sharedWithoutIndex(plan),
    ...incompleteRows(plan),
    ...untyped(plan),
    ...namedLikeIds(plan, tables),
  ]
}

function privileges(
  { spec }: TablePlan,
  what: 'read' | 'write',
  needed: readonly Column[],
  lacking: readonly string[],
): Problem[] {
  const names = needed.map(({ name }) => name).filter((name) => lacking.includes(name))
  if (names.length === 0) return []
  const all = names.length === needed.length
  return [
    {
      severity: 'error',
      code: 'database/no-privilege',
      table: spec.table,
      text: `this role may not ${what} ${all ? '' : `${quoted(names)} of `}table "${spec.table}"`,
      hint: `GRANT ${what === 'read' ? 'SELECT' : 'INSERT, UPDATE, DELETE'} on it to the role.`,
    },
  ]
}

/** Sequences from which an import or a clone takes numbers. */
function undrawable({ spec, numbers }: TablePlan): Problem[] {
  const used = [...(numbers.key ? [numbers.key] : []), ...numbers.travelling]
  return used
    .filter(({ sequence }) => !sequence.usable)
    .map(({ column, sequence }) => ({
      severity: 'error',
      code: 'database/no-privilege',
      table: spec.table,
      column: column.name,
      text: `this role may not draw numbers of the sequence ${sequence.text}, from which "${spec.table}"."${column.name}" comes`,
      hint: `GRANT USAGE ON SEQUENCE ${sequence.name} to the role.`,
    }))
}

function undecidedTriggers({ spec, facts }: TablePlan): Problem[] {
  const names = [...new Set([...facts.triggers.map(({ name }) => name), ...facts.rules])]
  const undecided = names.filter((name) => !spec.triggers?.includes(name))
  if (undecided.length === 0) return []
  return [
    {
      severity: 'warning',
      code: 'tables/triggers',
      table: spec.table,
      text: `table "${spec.table}" has triggers or rules that may change, drop or add what an import writes: ${quoted(undecided)}`,
      hint: `Accept them in the declaration: triggers: [${names.map((name) => `'${name}'`).join(', ')}]. What they do is told by each job.`,
    },
  ]
}

/** A key that no part of a copy changes: a second copy cannot stand beside the first. */
function uniqueBeyond(plan: TablePlan, { unique }: StartFacts): Problem[] {
  const { spec, key, references, ownRow } = plan
  const asIs = carriesAsIs(plan)
  const settled = new Set([...plan.unique.map(({ column }) => column.name), ...(spec.keepShellValue ?? [])])
  const isShared = (name: string): boolean => {
    const found = references.filter(({ column }) => column.name === name)
    return found.length > 0 && found.every(({ shared }) => shared !== undefined)
  }
  const isSame = (column: Column): boolean =>
    (column === key ? spec.key === 'natural' : asIs(column)) || isShared(column.name)
  const same = new Set(
    plan.carried.filter((column) => isSame(column) && !settled.has(column.name)).map(({ name }) => name),
  )
  return unique
    .filter(({ columns, primary }) => !(primary && ownRow) && columns.every((name) => same.has(name)))
    .map(({ name, columns, exclusion, primary }) => ({
      severity: 'warning',
      code: 'tables/unique-beyond-resource',
      table: plan.spec.table,
      ...(columns.length === 1 && columns[0] !== undefined && { column: columns[0] }),
      text: `${exclusion ? 'the EXCLUDE constraint' : primary ? 'the primary key' : 'the unique index'} "${name}" of table "${plan.spec.table}"${columns.length > 0 ? ` on ${quoted(columns)}` : ''} holds no id of the resource, so a second copy could not stand beside the first`,
      hint: primary
        ? columns.length === 1
          ? 'Say by "key" what new keys look like, unless people give them and copies are made in other databases only.'
          : 'Make a column that leads to the resource part of the key, or make copies in other databases only.'
        : 'Say by "unique" what becomes of values that are taken, leave the column out by "ignore", make the key one within the resource, or, where the table has one row of each, let an import compute the value by "set".',
    }))
}

/**
 * `set` gives all rows of a copy the same value, and a unique key allows one of them. NULL comes as often as it
 * likes; what a function makes of its argument is not known yet.
 */
function repeatedBySet({ spec, table, ownRow, ownerPath, ownerColumn, set }: TablePlan): Problem[] {
  const owner = ownerPath.length === 1 && ownerColumn ? [ownerColumn.name] : []
  const keys = table.uniqueKeys.map(({ columns }) => columns)
  const isOneRow = keys.some((columns) => columns.every((name) => owner.includes(name)))
  if (ownRow || isOneRow) return []
  const same = new Set([...owner, ...set.map(({ column }) => column.name)])
  return set
    .filter(({ column: { name } }) =>
      keys.some((columns) => columns.includes(name) && columns.every((other) => same.has(other))),
    )
    .filter(({ value }) => value.length > 0 || givesValue(value))
    .map(({ column: { name }, value }) => ({
      severity: value.length > 0 ? 'warning' : 'error',
      code: 'tables/set-repeats',
      table: spec.table,
      column: name,
      text: `"set" gives all rows of a copy the same "${name}", which is unique in table "${spec.table}"`,
      hint: `Put unique: { ${name}: 'suffix' } in its place, or make the key one within the resource. Where a resource never has more than one row, a unique index on the owner says so.`,
    }))
}

function givesValue(value: (...none: readonly never[]) => unknown): boolean {
  try {
    return (value() ?? null) !== null
  } catch {
    return false
  }
}

function sequences(plan: TablePlan, { increments }: StartFacts): Problem[] {
  const { set = {}, ignore = [] } = plan.spec
  const { key } = plan.numbers
  return [...plan.table.columns.keys()].flatMap((name): Problem[] => {
    // That of a key may be declared, and then the catalogue does not know whose numbers it makes.
    const declared = key?.column.name === name && key.sequence.increment !== 1n && key.sequence.increment
    const increment = increments[name] ?? (declared || undefined)
    if (increment === undefined || ignore.includes(name) || name in set) return []
    return [
      {
        severity: 'warning',
        code: 'tables/sequence-increment',
        table: plan.spec.table,
        column: name,
        text: `the sequence of column "${name}" of table "${plan.spec.table}" has INCREMENT ${increment}: a program may give out numbers between two of its values`,
        hint: `Stop that program while an import or a clone runs, or let it take each number from the sequence, with INCREMENT 1.`,
      },
    ]
  })
}

/** Numbers and texts that are ids by their name; ids in columns of type uuid are refused. */
function namedLikeIds(plan: TablePlan, tables: readonly string[]): Problem[] {
  return plan.carried
    .filter(carriesAsIs(plan))
    .filter((column) => looksLikeId(column, tables))
    .filter(({ name }) => !plan.spec.columns?.includes(name) && !plan.table.primaryKey.includes(name))
    .map(({ name, type }) => ({
      severity: 'warning',
      code: 'tables/named-like-id',
      table: plan.spec.table,
      column: name,
      text: `column "${name}" of table "${plan.spec.table}" is named like an id (${type}) and travels as it is`,
      hint: 'Declare it in "references" if it leads to a row, in "columns" if it does not.',
    }))
}
