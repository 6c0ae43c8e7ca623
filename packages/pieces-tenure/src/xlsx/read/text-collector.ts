import type { XmlEvents } from './read-xml.js'
import { assertAtMost, type CellPlace } from './workbook-error.js'

/** The text of an `is` or `si` element: that of its `t`, alone or in runs, without what tells how it is pronounced. */
export class TextCollector implements XmlEvents {
  readonly #limit: number
  readonly #place: () => CellPlace
  #text = ''
  #isInText = false
  #isPhonetic = false

  constructor(limit: number, place: () => CellPlace) {
    this.#limit = limit
    this.#place = place
  }

  opened(name: string): void {
    if (name === 'rPh') this.#isPhonetic = true
    else if (name === 't') this.#isInText = !this.#isPhonetic
  }

  closed(name: string): void {
    if (name === 'rPh') this.#isPhonetic = false
    else if (name === 't') this.#isInText = false
  }

  text(text: string): void {
    if (!this.#isInText) return
    this.#text += text
    const { length } = this.#text
    // The place is made for the message only.
    if (length > this.#limit) assertAtMost('The length of a text', length, this.#limit, this.#place())
  }

  /** What was collected; begins anew. */
  take(): string {
    const text = this.#text
    this.#text = ''
    this.#isInText = false
    this.#isPhonetic = false
    return text
  }
}
