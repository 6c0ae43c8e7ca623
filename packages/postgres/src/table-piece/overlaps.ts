import type { JsonStep } from './json-path.js'

/** Whether two paths of a document may lead to the same id, which would get a new one twice. */
export const pathsOverlap = (a: readonly JsonStep[], b: readonly JsonStep[]): boolean =>
  a.length === b.length && a.every((step, index) => stepsOverlap(step, b[index] as JsonStep))

function stepsOverlap(a: JsonStep, b: JsonStep): boolean {
  if (a === 'names' || b === 'names') return a === b
  return a === 'every' || b === 'every' || a.member === b.member
}

/** Whether two patterns of a text may find the same id. */
export function patternsOverlap(a: string, b: string): boolean {
  const [[before = '', after = ''], [otherBefore = '', otherAfter = '']] = [a.split('{}'), b.split('{}')]
  return (
    (before.endsWith(otherBefore) || otherBefore.endsWith(before)) &&
    (after.startsWith(otherAfter) || otherAfter.startsWith(after))
  )
}

/** The first two that overlap, by their places. */
export function overlapping<T>(
  all: readonly T[],
  overlap: (a: T, b: T) => boolean,
): readonly [number, number] | undefined {
  for (const [later, b] of all.entries()) {
    const first = all.slice(0, later).findIndex((a) => overlap(a, b))
    if (first >= 0) return [first, later]
  }
  return undefined
}
