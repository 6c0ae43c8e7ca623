import { closest } from './closest.js'

/** End of a sentence about a name that is not known: the nearest one that is, or all of them. */
export function meant(name: string, known: Iterable<string>): string {
  const names = [...known]
  const near = closest(name, names)
  return near === undefined ? `; there are ${names.join(', ') || 'none'}.` : `; did you mean "${near}"?`
}
