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

/** How deep its terms are nested: 1 of a number or a band. */
export function depthOf(expression: Expression): number {
  if (typeof expression === 'number' || 'band' in expression) return 1
  return 1 + Math.max(...expression.of.map(depthOf))
}

/** How many terms it has, itself among them. */
export function termsOf(expression: Expression): number {
  if (typeof expression === 'number' || 'band' in expression) return 1
  return expression.of.reduce<number>((sum, term) => sum + termsOf(term), 1)
}
