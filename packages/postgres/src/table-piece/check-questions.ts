import type { CsvRow, FindingCollector, Queryable } from '@piecework/core/piece'
import { quoteIdent } from '../database/quote-ident.js'
import { defaults } from '../defaults.js'
import type { Column, TableCheck } from './catalogue.js'
import { type CertainlyPasses, certainlyPasses } from './certain-checks.js'
import { askAboutEach } from './refused-values.js'
import { containerOf, referencesOf, type TablePlan } from './table-plan.js'
import { valueIn } from './value-in.js'

interface AskedRow {
  readonly line: number
  readonly values: readonly (string | null)[]
}

/** Rows of a file that the CHECKs of their table are asked about. */
export class CheckQuestions {
  readonly #plan: TablePlan
  readonly #checks: AskableChecks['checks']
  readonly #columns: readonly Column[]
  readonly #settled: boolean
  readonly #passes: CertainlyPasses | undefined
  #waiting: AskedRow[] = []
  #bytes = 0
  #refused = 0

  /** @param settled whether values of the rows stand in the place of others, which are taken here */
  constructor(plan: TablePlan, { checks, columns }: AskableChecks, settled = false) {
    this.#plan = plan
    this.#checks = checks
    this.#columns = columns
    this.#settled = settled
    this.#passes = certainlyPasses(checks, columns)
  }

  get isFull(): boolean {
    return this.#waiting.length >= defaults.valuesAsked || this.#bytes > defaults.valueBytesAsked
  }

  add(row: CsvRow, line: number): void {
    if (this.#refused >= defaults.refusedPerColumn) return
    const values = this.#columns.map(({ name }) => valueIn(row, name))
    if (this.#passes?.(values)) return
    for (const value of values) this.#bytes += value?.length ?? 0
    this.#waiting.push({ line, values })
  }

  async ask(db: Queryable, findings: FindingCollector): Promise<void> {
    const rows = this.#waiting
    if (rows.length === 0) return
    this.#waiting = []
    this.#bytes = 0
    const refused: AskedRow[] = []
    const failing = this.#checks.map(({ expression }) => `NOT (${expression})`)
    const names = failing.map((sql, at) => `CASE WHEN ${sql} THEN ${at} END`)
    const most = defaults.refusedPerColumn - this.#refused
    const found = `array_remove(ARRAY[${names.join(', ')}]::int[], NULL)`
    const ask = async (some: readonly AskedRow[]): Promise<void> => {
      const sql = `SELECT ${this.#ordinal} AS n, ${found} AS checks FROM ${this.#rows} WHERE ${failing.join(' OR ')}`
      const result = await db.query<{ n: string; checks: number[] }>(sql, this.#parameters(some))
      for (const { n, checks } of result.rows) this.#report(some[Number(n) - 1], checks, findings)
    }
    await askAboutEach(db, rows, ask, (row) => refused.push(row), most)
    this.#refused += refused.length
    // A row whose values are none is told by its values, unless we have made one; the others, a CHECK itself has refused.
    const unreadable = new Set<AskedRow>()
    const read = async (some: readonly AskedRow[]): Promise<void> => {
      const read = this.#columns.map(({ name }) => `count(${quoteIdent(name)})`)
      await db.query(`SELECT ${read.join(', ')} FROM ${this.#rows}`, this.#parameters(some))
    }
    await askAboutEach(db, refused, read, (row) => unreadable.add(row), most)
    const all = [...this.#checks.keys()]
    const own = all.filter((at) => this.#checks[at]?.ofDomain)
    for (const row of refused) {
      const violated = unreadable.has(row) ? own : all.filter((at) => !own.includes(at))
      if (violated.length > 0) this.#report(row, violated, findings)
    }
  }

  #report(row: AskedRow | undefined, checks: Iterable<number>, findings: FindingCollector): void {
    const names = [...checks].map((at) => `"${this.#checks[at]?.name}"`).join(', ')
    const violated = `violates ${names} of table "${this.#plan.table.name}"`
    findings.error('table/check-violated', { file: this.#plan.entry, line: row?.line ?? 1 }, () =>
      this.#settled
        ? {
            message: `A value of the row is taken here, and with what takes its place by "unique" the row ${violated}.`,
            hint: 'Change the value before the export, or what the declaration of "unique" says.',
          }
        : { message: `The row ${violated}.` },
    )
  }

  /** A name that no column of the table has. */
  get #ordinal(): string {
    const { columns } = this.#plan.table
    let name = 'n'
    while (columns.has(name)) name += 'n'
    return quoteIdent(name)
  }

  /** The rows as the table would have them; columns that no CHECK asks for are left out. */
  get #rows(): string {
    const values = this.#columns.map(({ name, type }, at) => `u.v${at}::${type} AS ${quoteIdent(name)}`)
    const names = this.#columns.map((_, at) => `v${at}`)
    const arrays = names.map((_, at) => `$${at + 1}::text[]`)
    return `(SELECT ${values.join(', ')}, u.n AS ${this.#ordinal} FROM unnest(${arrays.join(', ')}) WITH ORDINALITY AS u(${names.join(', ')}, n) OFFSET 0) AS ${quoteIdent(this.#plan.table.name)}`
  }

  #parameters(rows: readonly AskedRow[]): readonly (string | null)[][] {
    return this.#columns.map((_, at) => rows.map(({ values }) => values[at] ?? null))
  }
}

export interface AskableChecks {
  /** `ofDomain`: a value is read as one of a domain, which refuses others. */
  readonly checks: readonly (TableCheck & { readonly ofDomain?: true })[]
  /** That they ask for. */
  readonly columns: readonly Column[]
}

/**
 * The CHECKs that ask for nothing but values of the file: what an import decides (owner, keys of others, `set`,
 * defaults) is not known yet. `of`: they must ask for one of these.
 */
export function askableChecks(plan: TablePlan, columns: readonly string[], of = columns): AskableChecks {
  const known = plan.carried.filter(
    ({ name }) =>
      columns.includes(name) &&
      referencesOf(plan, name).length === 0 &&
      !containerOf(plan, name) &&
      name !== plan.key?.name &&
      !plan.spec.keepShellValue?.includes(name),
  )
  const checks = plan.table.checks.filter(
    (check) =>
      check.columns.length > 0 &&
      check.columns.every((name) => known.some((one) => one.name === name)) &&
      check.columns.some((name) => of.includes(name)),
  )
  return {
    checks,
    columns: known.filter(({ name }) => checks.some((check) => check.columns.includes(name))),
  }
}

/** Undefined without any. */
export function checkQuestions(plan: TablePlan, columns: readonly string[]): CheckQuestions | undefined {
  const askable = askableChecks(plan, columns)
  return askable.checks.length === 0 ? undefined : new CheckQuestions(plan, askable)
}
