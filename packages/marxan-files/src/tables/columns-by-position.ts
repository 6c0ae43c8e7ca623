import { shownHeaderCharacters } from '../defaults.js'
import type { Columns } from './columns.js'
import type { HeaderContext, HeaderFields } from './header-context.js'

/** Undefined if the header can be understood by its names, or does not look like names of the columns in their order. */
export function columnsByPosition<C extends Columns>(
  names: readonly string[],
  { layout, meanings, findings, location }: HeaderContext<C>,
): HeaderFields | undefined {
  const order = Object.keys(layout.columns)
  if (!layout.byPosition || names.length < order.length) return undefined
  const understood = names.map((name) => meanings.get(name.toLowerCase())?.column)
  if (order.every((name) => understood.includes(name) || !layout.columns[name]?.required)) return undefined
  // A known name decides where its column is, and what is not a name may be a row.
  if (understood.some((name, at) => name !== undefined && name !== order[at])) return undefined
  const given = names.filter((name) => name !== '').map((name) => name.toLowerCase())
  if (new Set(given).size < given.length || !names.slice(0, order.length).every(isWord)) return undefined
  findings.warning('legacy/columns-by-position', location, () => ({
    message: `The columns are ${names.join(', ').slice(0, shownHeaderCharacters)}; they were read by position, as ${order.join(', ')}`,
    hint: `Name them ${order.join(', ')}.`,
  }))
  return names.map((_, at) => order[at])
}

const isWord = (name: string): boolean => /\p{L}/u.test(name)
