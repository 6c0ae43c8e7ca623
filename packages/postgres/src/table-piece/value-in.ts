import type { CsvRow } from '@piecework/core/piece'

/** Null also for a column that the file does not have, whatever its name is: nothing that all objects inherit is a text. */
export function valueIn(row: CsvRow, name: string): string | null {
  const value: unknown = row[name]
  return typeof value === 'string' ? value : null
}
