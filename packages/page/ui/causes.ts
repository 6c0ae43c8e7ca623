import type { Finding } from './model.js'

/** What is wrong in the same way in one file. */
export interface Cause {
  readonly key: string
  readonly items: readonly Finding[]
  /** How often it is there; more than `items` where not all are listed. */
  readonly count: number
}

/** Counts what is not listed, too. */
const more = 'core/more-findings'

/** How many there are, listed or not. One that stands alone is one, however many rows it is about. */
export function countsOf(items: readonly Finding[]): { readonly errors: number; readonly warnings: number } {
  const causes = causesOf(items)
  const sum = (of: Finding['severity']) =>
    causes.reduce((all, { items: own, count }) => {
      if (own[0]?.severity !== of) return all
      return all + (own.length === 1 && own[0].code !== more ? 1 : count)
    }, 0)
  return { errors: sum('error'), warnings: sum('warning') }
}

/** By severity, code and file: the first of a kind in a file says how many there are. */
export function causesOf(items: readonly Finding[], order: readonly string[] = []): readonly Cause[] {
  const found = new Map<string, Finding[]>()
  for (const one of items) {
    const key = `${one.severity} ${one.code} ${one.file ?? ''}`
    const known = found.get(key)
    if (known) known.push(one)
    else found.set(key, [one])
  }
  const causes = [...found].map(([key, own]) => ({ key, items: own, count: countOf(own) }))
  // What stands in the way comes first, and of that what says how it is mended: other errors often go with it.
  const rankOf = ({ items: [first] }: Cause) => order.indexOf(first?.file ?? '') + 1 || order.length + 1
  return [...causes].sort((a, b) => placeOf(a) - placeOf(b) || rankOf(a) - rankOf(b) || lineOf(a) - lineOf(b))
}

/** One count is that of all, of which some are listed; several are sums of their own. */
function countOf(items: readonly Finding[]): number {
  const counts = items.flatMap(({ count }) => count ?? [])
  if (counts.length < 2) return Math.max(items.length, counts[0] ?? 0)
  return items.reduce((sum, { count = 1 }) => sum + count, 0)
}

const placeOf = ({ items: [first] }: Cause) =>
  (first?.severity === 'warning' ? 2 : 0) + (first?.hint === undefined ? 1 : 0)

/** What is said of a file as a whole mostly follows from its lines. */
const lineOf = ({ items: [first] }: Cause) => first?.line ?? Number.MAX_SAFE_INTEGER

/** A hint without what it says to users of a command. */
export const forPage = (hint: string): string => hint.replace(/ \(marxan-check: [^)]*\)/g, '')
