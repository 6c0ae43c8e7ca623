import type { FindingCollector, Queryable } from '@piecework/core/piece'
import { defaults } from '../defaults.js'
import type { Column } from './catalogue.js'
import { givenBack } from './kept-sql.js'
import { askAboutEach } from './refused-values.js'
import { gainsUnseen, type ValueGrowth } from './value-growth.js'

/**
 * What the database makes of a text: true if it is kept, false if it is refused, the bytes that it gains if these
 * are many, else what it becomes.
 */
type Verdict = boolean | number | string

/** Texts of one column that only the database can judge; they wait until there are enough to ask for. */
export class ValueQuestions {
  readonly #column: Column
  readonly #file: string
  readonly #kept: string
  readonly #growth: ValueGrowth
  /** Lines by text: each text is asked for once, whatever the number of its rows. */
  readonly #waiting = new Map<string, number[]>()
  #lines = 0
  #bytes = 0
  readonly #judged = new Map<string, Verdict>()
  #refused = 0

  /** @param kept SQL of the condition that the text `u.v` is kept */
  constructor(column: Column, file: string, kept: string, growth: ValueGrowth) {
    this.#column = column
    this.#file = file
    this.#kept = kept
    this.#growth = growth
  }

  get isFull(): boolean {
    return this.#lines >= defaults.valuesAsked || this.#bytes > defaults.valueBytesAsked
  }

  add(text: string, line: number, findings: FindingCollector): void {
    const judged = this.#judged.get(text)
    if (judged !== undefined) {
      this.#report(text, line, judged, findings)
      return
    }
    if (this.#refused >= defaults.refusedPerColumn) return
    const lines = this.#waiting.get(text)
    this.#lines += 1
    if (lines) lines.push(line)
    else {
      this.#waiting.set(text, [line])
      this.#bytes += text.length
    }
  }

  async ask(db: Queryable, findings: FindingCollector): Promise<void> {
    if (this.#waiting.size === 0) return
    const verdicts = new Map<string, Verdict>()
    const asked = await askAboutEach(
      db,
      [...this.#waiting.keys()],
      async (some) => {
        const { rows } = await db.query<{ v: string; became: string; gained: number | null }>(this.#sql, [
          some,
        ])
        for (const { v, became, gained } of rows) verdicts.set(v, gained ?? became)
      },
      (text) => verdicts.set(text, false),
      defaults.refusedPerColumn - this.#refused,
    )
    for (const [text, lines] of this.#waiting) {
      const verdict = verdicts.get(text) ?? true
      if (verdict === false) this.#refused += 1
      for (const line of lines) this.#report(text, line, verdict, findings)
      if (text.length < defaults.cachedValueCharacters && this.#judged.size < defaults.cachedKeys)
        this.#judged.set(text, verdict)
    }
    if (!asked) this.#giveUp(findings)
    this.#waiting.clear()
    this.#lines = 0
    this.#bytes = 0
  }

  #report(text: string, line: number, verdict: Verdict, findings: FindingCollector): void {
    if (verdict === true) return
    const { name, type } = this.#column
    const place = { file: this.#file, line, column: name }
    if (typeof verdict === 'number') {
      this.#growth.add(verdict, place, findings)
      return
    }
    const shown = JSON.stringify(text.slice(0, 100))
    if (verdict === false) {
      findings.error('table/value-invalid', place, () => ({ message: `${shown} is not ${type}.` }))
      return
    }
    const message = `${shown} would become ${JSON.stringify(verdict.slice(0, 100))} in "${name}", which is ${type}.`
    findings.error('table/value-changed', place, () => ({ message }))
  }

  get #sql(): string {
    const printed = givenBack(this.#column, 'u.v')
    if (!gainsUnseen(this.#column))
      return `SELECT u.v, left(${printed}, 200) AS became, NULL::int AS gained FROM unnest($1::text[]) AS u(v)
        WHERE (${this.#kept}) IS NOT TRUE`
    const gained = 'octet_length(p.text) - octet_length(u.v)'
    return `SELECT u.v, left(p.text, 200) AS became, CASE WHEN p.kept THEN ${gained} END AS gained
      FROM unnest($1::text[]) AS u(v)
      CROSS JOIN LATERAL (SELECT ${printed} AS text, (${this.#kept}) IS TRUE AS kept OFFSET 0) AS p
      WHERE NOT p.kept OR ${gained} > ${defaults.toldGrowthBytes}`
  }

  #giveUp(findings: FindingCollector): void {
    const message = `The database refuses ${defaults.refusedPerColumn} values of "${this.#column.name}"; the others of this column were not all looked at.`
    findings.warning('table/values-left', { file: this.#file, column: this.#column.name }, () => ({
      message,
    }))
  }
}
