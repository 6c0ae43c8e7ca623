import type { AttributeField, AttributeRecord } from '../../attribute-table.js'
import type { DbfField, DbfLayout } from './dbf-layout.js'

const space = 0x20
const zero = 0x30
const nine = 0x39

/** A view of one record in a chunk of the file. */
export class DbfRecord implements AttributeRecord {
  readonly number: number
  readonly #bytes: Buffer
  readonly #start: number
  readonly #layout: DbfLayout

  constructor(number: number, bytes: Buffer, start: number, layout: DbfLayout) {
    this.number = number
    this.#bytes = bytes
    this.#start = start
    this.#layout = layout
  }

  text({ index }: AttributeField): string {
    const { offset, length } = this.#layout.fields[index] as DbfField
    const start = this.#start + offset
    const bytes = this.#bytes.subarray(start, start + length)
    const end = bytes.indexOf(0)
    return this.#layout.decoder.decode(end < 0 ? bytes : bytes.subarray(0, end)).trim()
  }

  numberText({ index }: AttributeField): string {
    const { offset, length } = this.#layout.fields[index] as DbfField
    const start = this.#start + offset
    return this.#bytes
      .toString('latin1', start, start + length)
      .replace(/^ +/, '')
      .replace(/[ \0]+$/, '')
  }

  digits({ index }: AttributeField): number | undefined {
    const { offset, length } = this.#layout.fields[index] as DbfField
    const bytes = this.#bytes
    let at = this.#start + offset
    const end = at + length
    while (at < end && bytes[at] === space) at += 1
    const first = at
    let value = 0
    for (; at < end; at += 1) {
      const byte = bytes[at] as number
      if (byte < zero || byte > nine) break
      value = 10 * value + byte - zero
    }
    if (at === first || at - first > 9) return undefined
    while (at < end && (bytes[at] === space || bytes[at] === 0)) at += 1
    return at === end ? value : undefined
  }
}
