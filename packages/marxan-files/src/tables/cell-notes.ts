import type { FindingCollector } from '@piecework/core/piece'
import { IdSample } from '../ids/id-sample.js'
import { WholeNumberForms } from '../numbers/whole-number-forms.js'
import { namedCharacters } from '../text/unusual-characters.js'

/** What is told once for a file, however many of its cells it is about. */
export class CellNotes {
  readonly wholeNumbers = new WholeNumberForms()
  readonly #legacyLines = new IdSample()
  readonly #strayLines = new IdSample()
  #stray: { readonly column: string; readonly line: number; readonly named: string } | undefined
  #legacy: { readonly column: string; readonly line: number; readonly text: string } | undefined

  /** A text that is not UTF-8. */
  legacyText(column: string, line: number, text: string): void {
    this.#legacyLines.add(line)
    this.#legacy ??= { column, line, text }
  }

  /** A text with characters that cannot be seen: two names may look the same for them. */
  strayText(column: string, line: number, characters: readonly string[]): void {
    this.#strayLines.add(line)
    this.#stray ??= { column, line, named: namedCharacters(characters) }
  }

  report(file: string, findings: FindingCollector): void {
    this.wholeNumbers.report(file, findings)
    this.#reportStray(file, findings)
    if (!this.#legacy) return
    const { column, line, text } = this.#legacy
    const { count, text: lines } = this.#legacyLines
    findings.warning('legacy/text-encoding', { file, line, column }, () => ({
      message:
        count === 1
          ? `${column} is not UTF-8 text; it was read as windows-1252: ${text}`
          : `${count} texts are not in UTF-8 and were read as windows-1252, ${column} as ${text} on line ${line} for instance: lines ${lines}`,
      hint: 'If letters look wrong, open the file in its own encoding and save it as UTF-8.',
      ...(count > 1 && { count }),
    }))
  }

  #reportStray(file: string, findings: FindingCollector): void {
    if (!this.#stray) return
    const { column, line, named } = this.#stray
    const { count, text: lines } = this.#strayLines
    findings.warning('legacy/invisible-characters', { file, line, column }, () => ({
      message:
        count === 1
          ? `${column} has ${named}, which is kept`
          : `${count} texts have characters that belong to no writing and are kept, ${column} has ${named} on line ${line} for instance: lines ${lines}`,
      hint: 'Type them anew in every file that has them, unless they are meant.',
      ...(count > 1 && { count }),
    }))
  }
}
