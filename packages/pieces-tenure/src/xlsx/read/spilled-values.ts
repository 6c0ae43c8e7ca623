import { type CsvRow, csvRows, isPieceworkError } from '@piecework/core/piece'
import { wellFormed } from '../cell-text.js'
import type { Spill } from '../spill.js'
import { SpillFile } from '../spill-file.js'
import type { CellValue } from '../write/sheet-to-write.js'
import { assertAtMost, type CellPlace, workbookInvalid } from './workbook-error.js'

/** One record of a table of long values: with the `column` where several columns go there, with the `part` in sheets. */
export interface SpilledRecord {
  readonly place: CellPlace
  readonly key: CellValue
  readonly column?: CellValue
  readonly part: CellValue
  readonly text: CellValue
}

interface Found {
  readonly part: number
  readonly start: number
  readonly bytes: number
}

/** Long values, which are found by the key of their row in whatever order they stand. They are kept in a temporary file. */
export class SpilledValues {
  readonly #found = new Map<string, Found[]>()
  readonly #file = new SpillFile()
  readonly #limit: number
  #count = 0
  #start = 0

  constructor(limit: number) {
    this.#limit = limit
  }

  async add(spill: Spill, { place, key, column, part, text }: SpilledRecord): Promise<void> {
    if (key === null || column === null || typeof part !== 'number' || !Number.isInteger(part) || part < 1)
      throw workbookInvalid('a part of a long value has no key or no number', place)
    assertAtMost('The number of parts of long values', ++this.#count, this.#limit, place)
    const held = String(text ?? '')
    const bytes = Buffer.byteLength(held)
    const name = nameOf(spill, String(column ?? ''), String(key))
    const parts = this.#found.get(name)
    const found = { part, start: this.#start, bytes }
    if (!parts) this.#found.set(name, [found])
    else if (parts.some((one) => one.part === part))
      throw workbookInvalid(`part ${part} of this long value was there before`, place)
    else parts.push(found)
    this.#start += bytes
    this.#file.add(held)
    if (this.#file.isFull) await this.#file.flush()
  }

  /** Undefined if it is not there as a whole. `most` is in bytes. */
  async get(
    spill: Spill,
    column: string,
    key: string,
    place: CellPlace,
    most: number,
  ): Promise<string | undefined> {
    const parts = this.#found.get(nameOf(spill, column, key)) ?? this.#found.get(nameOf(spill, '', key))
    if (!parts) return undefined
    const inOrder = [...parts].sort((one, other) => one.part - other.part)
    if (inOrder.some(({ part }, at) => part !== at + 1)) return undefined
    assertAtMost(
      'The length of a value',
      inOrder.reduce((sum, { bytes }) => sum + bytes, 0),
      most,
      place,
    )
    await this.#file.flush()
    const texts: string[] = []
    for (const { start, bytes } of inOrder) texts.push(await this.#file.readAt(start, bytes))
    return texts.join('')
  }

  close(): Promise<void> {
    return this.#file.close()
  }
}

const nameOf = (spill: Spill, column: string, key: string): string =>
  JSON.stringify([spill.name, column, key])

/** The records of a CSV file as `workbookFiles` writes it. */
export async function* csvRecords(
  { name, keyName }: Spill,
  bytes: AsyncIterable<Uint8Array>,
  unguard: (text: string) => string,
): AsyncGenerator<SpilledRecord> {
  const file = `${name}.csv`
  let line = 1
  const given = (value: string | null | undefined): string | null =>
    typeof value === 'string' ? unguard(wellFormed(value)) : null
  for await (const batch of namedRows(file, bytes))
    for (const row of batch) {
      line += 1
      const place = { file, cell: `record ${line}` }
      const missing = [keyName, 'text'].find((column) => !Object.hasOwn(row, column))
      if (missing !== undefined) throw workbookInvalid(`there is no column ${missing}`, place)
      const column = Object.hasOwn(row, 'column') && keyName !== 'column' ? { column: given(row.column) } : {}
      yield { place, key: given(row[keyName]), ...column, part: 1, text: given(row.text) }
    }
}

/** The CSV reader knows records, not files. */
async function* namedRows(file: string, bytes: AsyncIterable<Uint8Array>): AsyncGenerator<readonly CsvRow[]> {
  try {
    yield* csvRows(bytes)
  } catch (error) {
    throw isPieceworkError(error, 'archive-invalid') ? workbookInvalid(error.message, { file }, error) : error
  }
}
