export const operators = ['add', 'subtract', 'multiply', 'divide', 'min', 'max'] as const

/** A number, a band by its name, or an operator over two terms or more, taken from the left. */
export type Expression =
  | number
  | { readonly band: string }
  | { readonly op: (typeof operators)[number]; readonly of: readonly Expression[] }

/** Names of the bands that it reads. */
export function bandsOf(expression: Expression, found: Set<string> = new Set()): Set<string> {
  if (typeof expression === 'number') return found
  if ('band' in expression) return found.add(expression.band)
  for (const one of expression.of) bandsOf(one, found)
  return found
}
