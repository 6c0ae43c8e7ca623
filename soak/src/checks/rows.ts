import type { TablePrint } from '@piecework/test-support'
import { type Problem, problem } from '../problem.js'

/** What the tables held at one moment. */
export type Contents = Readonly<Record<string, TablePrint>>

/** How many rows each table has more than before. */
export function added(before: Contents, after: Contents): Readonly<Record<string, number>> {
  return Object.fromEntries(
    Object.entries(after).map(([table, { rows }]) => [table, rows - (before[table]?.rows ?? 0)]),
  )
}

/** A job that has succeeded adds each of its rows once. */
export function rowsOnce(
  expected: Readonly<Record<string, number>>,
  found: Readonly<Record<string, number>>,
): readonly Problem[] {
  return Object.entries(found).flatMap(([table, rows]) => {
    const right = expected[table] ?? 0
    if (rows === right) return []
    return [problem(rows > right ? 'doubled' : 'lost', `${table} has ${rows} rows more, not ${right}`)]
  })
}

/** Nothing is left of what has failed or been deleted, and nothing else has changed. */
export function rowsAsBefore(before: Contents, after: Contents): readonly Problem[] {
  return Object.entries(after).flatMap(([table, { rows, digest }]) => {
    const then = before[table]
    if (rows > (then?.rows ?? 0))
      return [problem('left over', `${rows - (then?.rows ?? 0)} rows of ${table} are left`)]
    if (rows < (then?.rows ?? 0))
      return [problem('lost', `${(then?.rows ?? 0) - rows} rows of ${table} are gone`)]
    return digest === then?.digest ? [] : [problem('wrong', `rows of ${table} are others than before`)]
  })
}
