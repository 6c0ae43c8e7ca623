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

/** Stable keys that none has, with the number of rows that lead by each. */
export function namedKeys(
  keys: readonly { readonly key: string; readonly rows: number }[],
): readonly string[] {
  const cut = (key: string): string =>
    key.length > defaults.shownValueCharacters ? `${key.slice(0, defaults.shownValueCharacters)}…` : key
  const named = keys
    .slice(0, defaults.namedMissing)
    .map(({ key, rows }) => `${JSON.stringify(cut(key))}: ${rows}`)
  return keys.length > named.length ? [...named, 'and others'] : named
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
