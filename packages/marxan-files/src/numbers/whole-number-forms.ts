import type { FindingCollector } from '@piecework/core/piece'
import { shownCharacters } from '../defaults.js'
import { LineSample } from '../ids/line-sample.js'

interface Form {
  readonly column: string
  readonly text: string
  readonly value: number
  readonly line: number
}

/** Whole numbers of one file that are written as 1.0 or 1e+05: they are read exactly, and are one warning. */
export class WholeNumberForms {
  readonly #all = new LineSample<Form>()
  /** Those that Marxan takes for another number: it reads digits up to the first other character. */
  readonly #misread = new LineSample<Form>()

  add(form: Form): void {
    this.#all.add(form)
    if (marxanReads(form.text) !== form.value) this.#misread.add(form)
  }

  /** `readByMarxan`: what Marxan takes a value for matters. */
  report(
    file: string,
    findings: FindingCollector,
    { readByMarxan = true }: { readonly readByMarxan?: boolean } = {},
  ): void {
    const misread = readByMarxan ? this.#misread.first : undefined
    const shown = misread ?? this.#all.first
    if (!shown) return
    const { column, line, value } = shown
    const { count, lines } = this.#all
    const text = shown.text.length > shownCharacters ? `${shown.text.slice(0, shownCharacters)}…` : shown.text
    const byMarxan = misread || !readByMarxan ? '' : `, as Marxan itself reads ${count === 1 ? 'it' : 'them'}`
    findings.warning('legacy/integer-form', { file, line, column }, () => ({
      message:
        count === 1
          ? `${column} is written as ${text} and read as ${value}${byMarxan}`
          : `${count} whole numbers are written in another form, ${column} as ${text} on line ${line} for instance, and read exactly${byMarxan}: lines ${lines}`,
      ...(misread && { hint: this.#hint(text, misread) }),
      ...(count > 1 && { count }),
    }))
  }

  #hint(text: string, { value, text: whole }: Form): string {
    const { count, lines } = this.#misread
    const more = count === 1 ? '' : `, and ${count - 1} more of them wrongly too: lines ${lines}`
    return `Write ${value}: Marxan itself reads ${text} as ${marxanReads(whole)}${more}.`
  }
}

const marxanReads = (text: string): number => Number(/^[+-]?\d+/.exec(text)?.[0] ?? 0)
