import type { FindingCollector } from '@piecework/core/piece'
import { shownCharacters } from '../defaults.js'
import { LineSample } from '../ids/line-sample.js'
import { WholeNumberForms } from '../numbers/whole-number-forms.js'
import { namedCharacters } from '../text/unusual-characters.js'

interface Cell {
  readonly column: string
  readonly line: number
  readonly text: string
}

/** What is told once for a file, however many of its cells it is about. */
export class CellNotes {
  readonly wholeNumbers = new WholeNumberForms()
  readonly #legacy = new LineSample<Cell>()
  readonly #stray = new LineSample<Cell>()
  /** By column. */
  readonly #labels = new Map<string, LineSample<Cell>>()

  /** A text that is not UTF-8. */
  legacyText(column: string, line: number, text: string): void {
    this.#legacy.add({ column, line, text })
  }

  /** A text with characters that cannot be seen: two names may look the same for them. */
  strayText(column: string, line: number, characters: readonly string[]): void {
    this.#stray.add({ column, line, text: namedCharacters(characters) })
  }

  /** An id such as PU1, which is an error. */
  label(column: string, line: number, text: string): void {
    const labels = this.#labels.get(column) ?? new LineSample<Cell>()
    this.#labels.set(column, labels)
    labels.add({ column, line, text })
  }

  report(file: string, findings: FindingCollector): void {
    for (const labels of this.#labels.values()) reportLabels(labels, file, findings)
    this.wholeNumbers.report(file, findings)
    reportStray(this.#stray, file, findings)
    reportLegacy(this.#legacy, file, findings)
  }
}

function reportLabels(
  { first, count, lines }: LineSample<Cell>,
  file: string,
  findings: FindingCollector,
): void {
  if (!first) return
  const { column, line, text } = first
  const shown = JSON.stringify(text.length > shownCharacters ? `${text.slice(0, shownCharacters)}…` : text)
  findings.error('legacy/number-invalid', { file, line, column }, () => ({
    message:
      count === 1
        ? `${column} is ${shown}, which is not a number`
        : `${column} is not a number in ${count} rows, ${shown} on line ${line} for instance: lines ${lines}`,
    hint: 'Give each a whole number as its id, the same one in all files of the project and in the planning grid.',
    ...(count > 1 && { count }),
  }))
}

function reportStray(
  { first, count, lines }: LineSample<Cell>,
  file: string,
  findings: FindingCollector,
): void {
  if (!first) return
  const { column, line, text } = first
  findings.warning('legacy/invisible-characters', { file, line, column }, () => ({
    message:
      count === 1
        ? `${column} has ${text}, which is kept`
        : `${count} texts have characters that belong to no writing and are kept, ${column} has ${text} on line ${line} for instance: lines ${lines}`,
    hint: 'Type them anew in every file that has them, unless they are meant.',
    ...(count > 1 && { count }),
  }))
}

function reportLegacy(
  { first, count, lines }: LineSample<Cell>,
  file: string,
  findings: FindingCollector,
): void {
  if (!first) return
  const { column, line, text } = first
  findings.warning('legacy/text-encoding', { file, line, column }, () => ({
    message:
      count === 1
        ? `${column} is not UTF-8 text; it was read as windows-1252: ${text}`
        : `${count} texts are not in UTF-8 and were read as windows-1252, ${column} as ${text} on line ${line} for instance: lines ${lines}`,
    hint: 'If letters look wrong, open the file in its own encoding and save it as UTF-8.',
    ...(count > 1 && { count }),
  }))
}
