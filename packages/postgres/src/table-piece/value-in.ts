import type { CsvRow } from '@piecework/core/piece'

/** Null also for a column that the file does not have, whatever its name is. */
export const valueIn = (row: CsvRow, name: string): string | null =>
  Object.hasOwn(row, name) ? (row[name] ?? null) : null
