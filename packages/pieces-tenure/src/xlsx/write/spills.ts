import { csvLine, csvRows, PieceworkError } from '@piecework/core/piece'
import { unescapeCellText } from '../cell-text.js'
import { type Spill, spillColumns } from '../spill.js'
import { SpillFile } from '../spill-file.js'
import type { SheetToWrite } from './sheet-to-write.js'

/** A table of long values, which is written when all of its values have been seen. Its file is CSV either way. */
export class SpillTable {
  readonly spill: Spill
  /** Whose values they are. */
  readonly sheet: string
  /** Whether several columns go there. */
  readonly isShared: boolean
  readonly file = new SpillFile()
  isEmpty = true

  constructor(spill: Spill, sheet: string, isShared: boolean) {
    this.spill = spill
    this.sheet = sheet
    this.isShared = isShared
  }

  add(values: readonly string[]): void {
    this.isEmpty = false
    this.file.add(csvLine(values))
  }

  async *csv(): AsyncGenerator<Uint8Array> {
    yield Buffer.from(csvLine(spillColumns(this.spill, this.isShared)))
    yield* this.file.read()
  }

  /** As a sheet, whose values have been added as cells hold them. */
  asSheet(): SheetToWrite {
    const columns = spillColumns(this.spill, this.isShared).map(
      (name) => ({ name, type: name === 'part' ? 'number' : 'text' }) as const,
    )
    const rows = async function* (csv: AsyncGenerator<Uint8Array>) {
      for await (const batch of csvRows(csv))
        yield batch.map((row) => columns.map(({ name }) => unescapeCellText(row[name] ?? '')))
    }
    return { name: this.spill.name, columns, rows: rows(this.csv()) }
  }
}

/** The tables that long values go to. */
export class Spills {
  readonly #tables = new Map<string, SpillTable>()

  /** Throws `options-invalid` for a target of another sheet, or one whose columns do not agree about it. */
  open({ name: sheet, columns }: SheetToWrite): void {
    const spilling = columns.flatMap(({ spill }) => (spill ? [spill] : []))
    for (const spill of spilling) {
      const known = this.#tables.get(spill.name)
      const isRight =
        columns.some(({ name }) => name === spill.key) &&
        (!known || (known.sheet === sheet && isSame(known.spill, spill)))
      if (!isRight)
        throw new PieceworkError(
          'options-invalid',
          `The long values of sheet ${sheet} cannot go to ${spill.name}`,
          { facts: { sheet, spill } },
        )
      const isShared = spilling.filter(({ name }) => name === spill.name).length > 1
      if (!known) this.#tables.set(spill.name, new SpillTable(spill, sheet, isShared))
    }
  }

  table({ name }: Spill): SpillTable {
    return this.#tables.get(name) as SpillTable
  }

  /** Those that hold something. */
  filled(to: Spill['to']): readonly SpillTable[] {
    return [...this.#tables.values()].filter(({ spill, isEmpty }) => spill.to === to && !isEmpty)
  }

  /** Whether much waits to be written. */
  get isFull(): boolean {
    for (const { file } of this.#tables.values()) if (file.isFull) return true
    return false
  }

  async flush(): Promise<void> {
    for (const { file } of this.#tables.values()) await file.flush()
  }

  async close(): Promise<void> {
    for (const { file } of this.#tables.values()) await file.close()
  }
}

const isSame = (one: Spill, other: Spill): boolean =>
  one.to === other.to && one.key === other.key && one.keyName === other.keyName
