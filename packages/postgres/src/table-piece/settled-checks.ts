import { createHash } from 'node:crypto'
import type { CsvRow, FindingCollector, ValidationContext } from '@piecework/core/piece'
import { quoteIdent } from '../database/quote-ident.js'
import { defaults } from '../defaults.js'
import type { Column } from './catalogue.js'
import { type AskableChecks, askableChecks, CheckQuestions } from './check-questions.js'
import { takenHere } from './external-keys.js'
import { roomFor } from './settle-unique.js'
import type { TablePlan } from './table-plan.js'
import { valueIn } from './value-in.js'

type Context = Pick<ValidationContext, 'tx' | 'jobId'>

/** Asks whether the table takes rows with what an import writes in the place of values that are taken here. */
export class SettledChecks {
  readonly #context: Context
  readonly #unique: readonly Settled[]
  readonly #questions: CheckQuestions | undefined

  constructor(plan: TablePlan, columns: readonly string[], context: Context) {
    this.#context = context
    const unique = plan.unique.filter(
      ({ column, taken }) => taken !== 'fail' && columns.includes(column.name),
    )
    const askable = settledChecks(plan, columns, unique)
    if (askable.checks.length > 0) this.#questions = new CheckQuestions(plan, askable, true)
    this.#unique = unique.map((each) => ({
      ...each,
      taken: takenHere(plan, each.column, context.tx),
      to: each.taken,
    }))
  }

  /** `lines`: of the rows in the file. */
  async ask(rows: readonly CsvRow[], lines: readonly number[], findings: FindingCollector): Promise<void> {
    if (!this.#questions) return
    const { tx, jobId } = this.#context
    const settled = new Map<number, CsvRow>()
    for (const { column, taken, to } of this.#unique) {
      const { name } = column
      const found = new Set(await taken(rows.flatMap((row) => valueIn(row, name) ?? [])))
      for (const [at, row] of rows.entries()) {
        const value = valueIn(row, name)
        if (value === null || !found.has(value)) continue
        const instead = to === 'null' ? null : withSuffix(column, value, jobId)
        settled.set(at, { ...(settled.get(at) ?? row), [name]: instead })
      }
    }
    for (const [at, row] of settled) this.#questions.add(row, lines[at] ?? 1)
    await this.#questions.ask(tx, findings)
  }
}

interface Settled {
  readonly column: Column
  readonly to: TablePlan['unique'][number]['taken']
  readonly taken: ReturnType<typeof takenHere>
}

/** CHECKs that ask for one of the columns, and those of their domains. */
function settledChecks(
  plan: TablePlan,
  columns: readonly string[],
  unique: TablePlan['unique'],
): AskableChecks {
  const own = unique.map(({ column }) => column)
  const askable = askableChecks(
    plan,
    columns,
    own.map(({ name }) => name),
  )
  const domains = own.filter(({ type, stored }) => type !== stored)
  return {
    checks: [...askable.checks, ...domains.map(ofDomain)],
    columns: [...new Set([...askable.columns, ...domains])],
  }
}

/** True of every value that the domain takes: the planner would not look at one for a mere `true`. */
function ofDomain({ name, type }: Column) {
  const value = quoteIdent(name)
  const expression = `${value} IS NULL OR ${value} IS NOT NULL`
  return { name: type, columns: [name], expression, ofDomain: true as const }
}

/** As the database makes it. */
function withSuffix(column: Column, given: string, jobId: string): string {
  const value = column.base === 'bpchar' ? given.replace(/ +$/, '') : given
  const hash = createHash('sha256').update(`${jobId} ${value}`).digest('hex')
  return `${[...value].slice(0, roomFor(column)).join('')}-${hash.slice(0, 2 * defaults.suffixBytes)}`
}
