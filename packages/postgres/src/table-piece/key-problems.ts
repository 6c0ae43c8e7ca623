import { isSequenceForm, type KeyForm } from '@piecework/core/piece'
import type { Catalogue } from './catalogue.js'
import type { Problem } from './facts/problem.js'
import { keyFamily } from './key-family.js'
import { numberProblems } from './keys/number-problems.js'
import { isKeyBeside } from './keys/numbers.js'
import type { Sequences } from './keys/sequences.js'
import { ownKeyProblem } from './own-key-problem.js'
import { referenceHint } from './reference-hint.js'
import type { ReportProblem } from './resolve-input.js'
import { resourceIdProblem } from './resource-literal.js'
import type { MatchedTable, ReferencePlan, RowType } from './table-plan.js'
import { isSpelled } from './typed-key.js'

interface ColumnProblem extends Pick<Problem, 'column' | 'hint'> {
  readonly text: string
}

export interface KeyProblemsInput {
  readonly plan: MatchedTable
  readonly catalogue: Catalogue
  /** The columns of `set` and `ignore`. */
  readonly decided: ReadonlySet<string>
  /** Of keys of the piece's tables. */
  readonly forms: (table: string) => KeyForm | undefined
  readonly sequences: Sequences
  readonly problem: ReportProblem
}

/** Reports what would keep an old id, or let a reference lead out of the imported resource. */
export function keyProblems({ plan, catalogue, decided, forms, sequences, problem }: KeyProblemsInput): void {
  const { table, spec, ownerColumn, ownerPath, references, containers } = plan
  const holding = new Set([...references, ...containers].map(({ column }) => column.name))
  const leads = (name: string): boolean =>
    name === ownerColumn?.name || holding.has(name) || decided.has(name)
  const owner = ownerPath.at(-1)?.column
  const unfit = owner && resourceIdProblem(owner)
  if (unfit) problem(`owner "${spec.owner}" of table "${table.name}" ${unfit}`, { column: owner.name })
  for (const { text, ...at } of [...primaryKeyProblems(plan, leads), ...numberProblems(plan, sequences)])
    problem(text, at)
  for (const foreign of table.foreignKeys) {
    const { columns, table: to } = foreign
    for (const name of columns.filter((column) => !leads(column) && !table.columns.get(column)?.generated)) {
      problem(
        `column "${name}" of table "${table.name}" leads to "${to}" and must stand in "references", "set" or "ignore"`,
        { column: name, hint: referenceHint(name, foreign, table, catalogue) },
      )
    }
  }
  for (const reference of references) {
    const found = referenceProblem(plan, reference, forms(reference.name), sequences)
    if (found) problem(found.text, { ...found, column: reference.column.name })
  }
  columnProblems(plan, problem)
}

function* primaryKeyProblems(
  { table, spec, key }: MatchedTable,
  leads: (name: string) => boolean,
): Iterable<ColumnProblem> {
  for (const name of table.primaryKey) {
    const column = table.columns.get(name)
    if (!column || leads(name)) continue
    const own = column === key || table.primaryKey.length === 1 ? ownKeyProblem(column, spec.key) : undefined
    if (own) yield { column: name, text: `key "${name}" of table "${table.name}" ${own}` }
    else if (table.primaryKey.length > 1 && column !== key && column.base === 'uuid') {
      yield {
        column: name,
        text: `"${name}", part of the key of table "${table.name}", must stand in "references" (to "${table.name}" itself if it is the row's own id)`,
      }
    }
  }
  if (table.primaryKey.length > 1 && !key && !table.primaryKey.some((name) => leads(name))) {
    yield {
      text: `the key of table "${table.name}" holds no reference, so a second copy could not stand beside the first`,
    }
  }
}

function referenceProblem(
  { table }: MatchedTable,
  reference: ReferencePlan,
  form: KeyForm | undefined,
  sequences: Sequences,
): ColumnProblem | undefined {
  const { column, of, key, keyColumn, shared, root, table: to } = reference
  if (shared?.missing === 'null' && column.notNull)
    return { text: `"${table.name}"."${column.name}" cannot be NULL, so "missing" cannot be "null"` }
  if (shared?.find !== undefined && shared.by.length > 1)
    return { text: `"find" of "${table.name}"."${column.name}" needs a stable key of one column` }
  if (shared?.missing === 'importer' || typeof shared?.missing === 'object') {
    const key = table.uniqueKeys.find(({ columns }) => columns.includes(column.name))
    if (key)
      return {
        text: `"${table.name}"."${column.name}" is part of the unique key (${key.columns.join(', ')}), so one row cannot take the place of all that are not here`,
        hint: `Let "missing" be 'refuse'${column.notNull ? '' : " or 'null'"}.`,
      }
  }
  const isNatural = form === 'natural'
  const family = keyFamily(keyColumn)
  const what = `"${table.name}"."${column.name}" leads to "${to.name}"."${key}"`
  const keeps = shared !== undefined || of !== undefined || isNatural
  if (!holdsKeys(reference) || (family === undefined && !keeps))
    return {
      text: `${what} and is ${column.type}, not ${family === undefined && !keeps ? 'uuid, text or integer' : keyColumn.type}`,
      ...(keyFamily(column) === 'text' &&
        !shared && {
          hint: `Where its texts are such ids, alone or in lists, write text: { ${column.name}: [{ pattern: '{}', table: '${to.name}' }] }; where another column says of which rows, declare that one as "by".`,
        }),
    }
  // Of a table in another database, that is known when a job asks all of its pieces.
  if (shared || of !== undefined || root || to.elsewhere) return undefined
  // Only a table's own key gets new numbers that are known: any other column takes the next ones.
  const isKey =
    isKeyBeside(to, key, sequences, form) ||
    (to.primaryKey.includes(key) &&
      (to.primaryKey.length === 1 || sequences.of(to, key) !== undefined || isSequenceForm(form)))
  if (family !== 'integer' || isNatural || isKey) return undefined
  const sequence = to.unique.has(key) ? sequences.of(to, key) : undefined
  return {
    text: `${what}, which is not the key of its rows`,
    ...(sequence && {
      hint: `Write key: { sequence: '${sequence.text}' } into the declaration of "${to.name}" in the same piece.`,
    }),
  }
}

/** Whether values of the column are compared with keys as they are, or by their text. */
function holdsKeys(reference: ReferencePlan): boolean {
  const { column, keyColumn } = reference
  const family = keyFamily(keyColumn)
  if (family === undefined) return column.base === keyColumn.base
  return keyFamily(column) === family || isSpelled(reference)
}

/** Of a type that is a reference itself. */
function typeProblem({ shared }: RowType, types: readonly string[]): string | undefined {
  if (!shared) return 'cannot be a reference itself, unless its rows are shared'
  const { by, missing = 'refuse', where } = shared
  if (missing !== 'refuse' && missing !== 'create')
    return `leads to shared rows in whose place no other can stand: let "missing" be 'refuse' or 'create'`
  if (/\$(?:resource|into)/.test(where)) return 'leads to shared rows that are not the same for all resources'
  const wrong = types.find((is) => by.length > 1 && is.split('.').length !== by.length)
  return wrong === undefined
    ? undefined
    : `leads to shared rows that are known by ${by.join('.')}, so ${JSON.stringify(wrong)} in "tables" names none`
}

function columnProblems(
  { table, references, polymorphic, unique, containers }: MatchedTable,
  problem: ReportProblem,
): void {
  for (const { column, form, ids } of containers) {
    for (const { table: to, key, keyColumn } of ids) {
      const family = keyFamily(keyColumn)
      const element = form === 'array' ? keyFamily({ base: column.element ?? '' }) : 'text'
      if (family === undefined || (element !== 'text' && element !== family))
        problem(
          `ids in "${column.name}" of table "${table.name}" lead to "${to.name}"."${key}", which is ${keyColumn.type}, and ${family === undefined ? 'ids inside values are uuid, text or integer' : `they are ${column.type}`}`,
          { column: column.name },
        )
    }
    if (ids.some(({ shared }) => shared?.find !== undefined))
      problem(`"${table.name}"."${column.name}" holds ids inside its values, for which there is no "find"`, {
        column: column.name,
      })
    if (
      ids.some(({ shared }) => !['refuse', 'null', undefined].includes(shared?.missing as string | undefined))
    )
      problem(
        `"missing" of "${table.name}"."${column.name}", which holds ids inside its values, can be "refuse" or "null" only`,
        { column: column.name },
      )
  }
  for (const { column, type, types } of polymorphic) {
    const isLed = references.some((reference) => reference.column.name === type.column.name)
    const what = isLed ? typeProblem(type, types) : undefined
    if (what !== undefined)
      problem(`"${type.column.name}", the type of "${table.name}"."${column.name}", ${what}`, {
        column: column.name,
      })
  }
  for (const { column, taken } of unique) {
    if (taken === 'suffix' && !/^(text|varchar|bpchar|citext)$/.test(column.base))
      problem(`"${table.name}"."${column.name}" is ${column.type}, which takes no suffix`, {
        column: column.name,
      })
    if (taken === 'null' && column.notNull)
      problem(`"${table.name}"."${column.name}" cannot be NULL, so "unique" cannot be "null"`, {
        column: column.name,
      })
  }
}
