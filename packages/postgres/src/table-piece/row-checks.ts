import type { CsvRow, EntryFacts, FindingCollector, Queryable } from '@piecework/core/piece'
import { codePoint, type Encoding } from '../database/encoding.js'
import type { Column } from './catalogue.js'
import { checkQuestions } from './check-questions.js'
import { readableColumns } from './header.js'
import { keepsText, keepsValue, mayLose } from './kept-sql.js'
import { typeIn } from './row-type.js'
import { referencesOf, type TablePlan } from './table-plan.js'
import { type ValueCheck, valueCheck } from './value-check.js'
import { gainedCharacters, maySpellOut, ValueGrowth } from './value-growth.js'
import { valueIn } from './value-in.js'
import { ValueQuestions } from './value-questions.js'

/** Reports the values of rows that their table would refuse or change. */
export interface RowChecks {
  /** What this process can tell. Resolve `ask` before there are many more rows. */
  row(row: CsvRow, line: number, findings: FindingCollector): void
  /** What only the database can tell, once enough rows wait for it. */
  ask(findings: FindingCollector, all?: boolean): Promise<void>
}

/**
 * @param facts of the entry, with the types of the columns when they were exported
 * @param encoding of the database, which has learned the characters of each row before it is checked
 */
export function rowChecks(
  db: Queryable,
  plan: TablePlan,
  columns: readonly string[],
  facts: EntryFacts | undefined,
  encoding?: Encoding,
): RowChecks {
  const file = plan.entry
  const types = facts?.types
  const growth = new ValueGrowth(facts?.size)
  const readable = readableColumns(plan)
  const questions: Pick<ValueQuestions, 'isFull' | 'ask'>[] = []
  const constraints = checkQuestions(plan, columns)
  if (constraints) questions.push(constraints)
  const checks = columns.flatMap((name, at): RowChecks['row'] | [] => {
    const column = readable.get(name)
    if (!column) return []
    const instead = referencesOf(plan, name).flatMap(({ shared, lookup }) => [
      ...(shared?.headers ?? []),
      ...(lookup?.headers ?? []),
    ])
    const own = plan.table.columns.get(name) === column
    const required = column.notNull && own
    const { fits, kept } = valueRule(
      plan,
      column,
      own,
      types?.length === columns.length ? types[at] : undefined,
      encoding,
    )
    const asked = new ValueQuestions(column, file, kept, growth)
    questions.push(asked)
    const grows = maySpellOut(column)
    return (row, line, findings) => {
      const value = valueIn(row, name)
      if (value === null) {
        if (!required || instead.some((header) => valueIn(row, header) !== null)) return
        const message = `"${name}" is empty, which table "${plan.table.name}" does not allow.`
        findings.error('table/value-missing', { file, line, column: name }, () => ({ message }))
        return
      }
      if (encoding?.lacking(value) !== undefined) return
      const gained = grows ? gainedCharacters(column, value) : 0
      if (gained > 0) growth.add(gained, { file, line, column: name }, findings)
      const verdict = fits(value)
      if (verdict === undefined) asked.add(value, line, findings)
      else if (!verdict) {
        const message = `${JSON.stringify(value.slice(0, 100))} is not ${column.type}.`
        findings.error('table/value-invalid', { file, line, column: name }, () => ({ message }))
      }
    }
  })
  return {
    row: (row, line, findings) => {
      const fits = !encoding || !unknownCharacters(plan, encoding, columns, row, line, findings)
      for (const check of checks) check(row, line, findings)
      unknownTypes(plan, row, line, findings)
      if (fits) constraints?.add(row, line)
    },
    ask: async (findings, all = false) => {
      for (const question of questions) if (all || question.isFull) await question.ask(db, findings)
    },
  }
}

interface ValueRule {
  readonly fits: ValueCheck
  /** SQL of the condition that `u.v` is kept. */
  readonly kept: string
}

function valueRule(
  plan: TablePlan,
  column: Column,
  own: boolean,
  from: string | undefined,
  encoding: Encoding | undefined,
): ValueRule {
  const usual = valueCheck(column, from === column.stored)
  // An escape in a jsonb becomes a character.
  const fits: ValueCheck =
    encoding && /jsonb$/.test(column.base)
      ? (text) => (text.includes('\\u') && usual(text) !== false ? undefined : usual(text))
      : usual
  // Keys and references become others, and a stable key is only looked up.
  const kept = own && referencesOf(plan, column.name).length === 0 && column !== plan.key
  if (kept && from !== undefined && isOther(column, from))
    return {
      fits: (text) => (fits(text) === false ? false : undefined),
      kept: keepsText(column, from, 'u.v'),
    }
  return { fits, kept: keepsValue(column, 'u.v') }
}

/** Whether the column has another type than the values were exported from. */
const isOther = ({ stored, simple }: Column, from: string): boolean => stored !== from || !simple

/** Whether an import must look at the values itself, before it lets the database read them. */
export function mayChange(plan: TablePlan, columns: readonly string[], types: EntryFacts['types']): boolean {
  const stated = types?.length === columns.length ? types : undefined
  return plan.carried.some((column) => {
    const at = columns.indexOf(column.name)
    if (at < 0 || referencesOf(plan, column.name).length > 0 || column === plan.key) return false
    const from = stated?.[at]
    return from === undefined ? mayLose(column) : isOther(column, from)
  })
}

/** Reports values with characters that the database does not have; whether there are any. */
function unknownCharacters(
  { entry, table }: TablePlan,
  encoding: Encoding,
  columns: readonly string[],
  row: CsvRow,
  line: number,
  findings: FindingCollector,
): boolean {
  let found = false
  for (const column of columns) {
    const character = encoding.lacking(valueIn(row, column) ?? '')
    if (character === undefined) continue
    found = true
    const message = `A value of "${column}" for table "${table.name}" has "${character}" (${codePoint(character)}), which the encoding ${encoding.name} of this database does not have.`
    findings.error('table/character-unknown', { file: entry, line, column }, () => ({ message }))
  }
  return found
}

/** Reports keys whose type leads to no table. */
function unknownTypes(plan: TablePlan, row: CsvRow, line: number, findings: FindingCollector): void {
  for (const { column, type: by, types, other } of plan.polymorphic) {
    const type = typeIn(by, row)
    const known = other === 'keep' || (type !== null && types.includes(type))
    if (known || valueIn(row, column.name) === null) continue
    const found = type === null ? 'NULL' : JSON.stringify(type.slice(0, 100))
    const { name } = by.column
    const message = `"${name}" has the type ${found}, to which "references" of "${column.name}" gives no table.`
    findings.error('table/type-unknown', { file: plan.entry, line, column: name }, () => ({ message }))
  }
}
