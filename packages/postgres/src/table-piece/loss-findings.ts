import type { NewFinding } from '@piecework/core/piece'
import { defaults } from '../defaults.js'
import type { Column } from './catalogue.js'
import type { ContainedTarget, ContainerPlan, ReferencePlan, TablePlan } from './table-plan.js'

/** What an import tells of the values that it could not keep; a dry run tells it before. */
interface Loss {
  readonly plan: TablePlan
  readonly count: number
  /** A few old ids, or values. */
  readonly examples?: readonly string[] | null | undefined
}

const some = (count: number, one: string, many: string): string => `${count} ${count === 1 ? one : many}`

const shown = ({ examples }: Loss): string =>
  examples && examples.length > 0 ? ` (${examples.join(', ')})` : ''

/** A stable key that none has, with the number of rows that lead by it. */
export interface NamedKey {
  readonly key: string
  readonly rows: number
}

/** What a finding each says of the keys, in their order; of more than `listedMissing` the last one stands for the others. */
export function namedGroups(
  count: number,
  keys: readonly NamedKey[],
): readonly { readonly count: number; readonly examples: readonly string[] }[] {
  const listed = keys.slice(0, defaults.listedMissing)
  const groups: { count: number; examples: string[] }[] = []
  for (let at = 0; at === 0 || at < listed.length; at += defaults.namedMissing) {
    const some = listed.slice(at, at + defaults.namedMissing)
    groups.push({ count: some.reduce((sum, { rows }) => sum + rows, 0), examples: some.map(nameText) })
  }
  const last = groups.at(-1)
  if (last) {
    last.count = count - groups.slice(0, -1).reduce((sum, group) => sum + group.count, 0)
    if (keys.length > listed.length) last.examples.push('and others')
  }
  return groups
}

function nameText({ key, rows }: NamedKey): string {
  const shown =
    key.length > defaults.shownValueCharacters ? `${key.slice(0, defaults.shownValueCharacters)}…` : key
  return `${JSON.stringify(shown)}: ${rows}`
}

/** A row whose column may not be empty is left out. */
export function danglingReference(loss: Loss, { column, table }: ReferencePlan): NewFinding {
  const { plan, count } = loss
  const skip = column.notNull
  return {
    severity: 'warning',
    code: skip ? 'table/row-skipped' : 'table/reference-dangling',
    file: plan.entry,
    column: column.name,
    count,
    message: `${some(count, 'row leads', 'rows lead')} by "${column.name}" to rows of "${table.name}" that are not there${shown(loss)}: ${skip ? 'left out' : 'the reference is left empty'}.`,
  }
}

export function danglingInside(
  loss: Loss,
  { column, form }: ContainerPlan,
  target: ContainedTarget,
): NewFinding {
  const { plan, count } = loss
  const place = target.text === '' ? `in "${column.name}"` : `at "${target.text}" in "${column.name}"`
  return {
    severity: 'warning',
    code: 'table/reference-dangling',
    file: plan.entry,
    column: column.name,
    count,
    message: `${some(count, 'id', 'ids')} ${place} of table "${plan.table.name}" lead to rows of "${target.table.name}" that are not there${shown(loss)}: ${form === 'text' ? 'kept as they are' : 'left out'}.`,
  }
}

export function missingShared(
  loss: Loss,
  { column, table }: ReferencePlan,
  instead: 'create' | 'importer' | { readonly row: string },
): NewFinding {
  const [code, told] =
    instead === 'create'
      ? ['table/shared-created', 'they are made']
      : instead === 'importer'
        ? ['table/importer-instead', 'the importer takes their place']
        : ['table/placeholder-instead', `"${instead.row}" takes their place`]
  const { plan, count } = loss
  return {
    severity: 'warning',
    code,
    file: plan.entry,
    column: column.name,
    count,
    message: `${some(count, 'row leads', 'rows lead')} by "${column.name}" to shared rows of "${table.name}" that are not here${shown(loss)}: ${told}.`,
  }
}

export function takenValues(loss: Loss, { name }: Column, taken: 'suffix' | 'null'): NewFinding {
  const { plan, count } = loss
  const what = taken === 'null' ? 'left empty' : 'each gets a suffix'
  return {
    severity: 'warning',
    code: 'table/unique-taken',
    file: plan.entry,
    column: name,
    count,
    message: `${some(count, 'value', 'values')} of "${name}" of table "${plan.table.name}" ${count === 1 ? 'is' : 'are'} taken here${shown(loss)}: ${what}.`,
  }
}
