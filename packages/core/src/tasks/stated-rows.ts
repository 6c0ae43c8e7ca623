import type { Entries } from '../contracts/entries.js'

/** Rows that the entries state together; undefined if none states any. */
export function statedRows(entries: Entries): number | undefined {
  const stated = entries.paths.flatMap((path) => entries.facts(path)?.rows ?? [])
  return stated.length > 0 ? stated.reduce((sum, rows) => sum + rows, 0) : undefined
}
