import type { Entries, ImportParts } from '@piecework/core/piece'
import { rangesOf, type StoredLine } from './line-ranges.js'

const table = 'lines.csv'

/** The parts of an archive's table, each after the one before it: `range` is its number. */
export function partsInOrder(work: () => Promise<void>): ImportParts {
  const countIn = (entries: Entries): number => entries.facts(table)?.parts ?? 1
  return {
    steps: (entries) => (countIn(entries) > 1 && entries.part ? countIn(entries) : 0),
    plan: async ({ entries }) => {
      await work()
      return Array.from({ length: countIn(entries) }, (_, at) => ({
        range: at + 1,
        step: at + 1,
        rows: partIn(entries, at + 1).facts(table)?.rows ?? 0,
      }))
    },
  }
}

export function partIn(entries: Entries, number: number): Entries {
  if (!entries.part) throw new Error('The parts of these entries cannot be told apart.')
  return entries.part(table, number)
}

/** Of the parts before that one. */
export function rowsBefore(entries: Entries, number: number): number {
  let rows = 0
  for (let before = 1; before < number; before++) rows += partIn(entries, before).facts(table)?.rows ?? 0
  return rows
}

/** The lines of an upload, side by side: `range` is a `LineRange`. */
export const partsOfLines = (
  work: () => Promise<void>,
  read: (entries: Entries) => Promise<readonly StoredLine[]>,
): ImportParts => ({
  steps: () => 1,
  plan: async ({ entries }) => {
    await work()
    return rangesOf(await read(entries)).map((range) => ({ range }))
  },
})
