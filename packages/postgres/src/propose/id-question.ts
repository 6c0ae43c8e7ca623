import type { Table } from '../table-piece/catalogue.js'
import type { Leading, LedPlace } from '../table-piece/facts/led-places.js'
import { looksLikePeople } from '../table-piece/facts/looks-like-people.js'
import type { Reference } from '../table-piece/spec.js'
import { writtenName } from '../table-piece/table-name.js'
import type { Below } from './proposal.js'
import { stableKeyOf } from './propose-references.js'
import { textSource, valueSource } from './source-text.js'

export type Asking = Below & { readonly leading: Leading }

/** Rows that stay where they are travel by what says everywhere which they are. */
export function referenceTo(below: Below, from: Table, to: Table): Reference {
  const table = writtenName(to, from.schema)
  if (below.owned.has(to)) return { table }
  const [key = ''] = to.primaryKey
  return { table, shared: { where: 'true', by: stableKeyOf(below, to, key) ?? [key] } }
}

export const referenceSource = ({ shared, ...reference }: Reference): string =>
  shared ? valueSource({ ...reference, shared }) : textSource(reference.table)

export const listSource = (all: readonly object[]): string =>
  `[${all.map((one) => valueSource(one)).join(', ')}]`

export const mostShown = 8

export const shownPlaces = (some: readonly LedPlace[]): string =>
  some.map(({ at, table }) => `${at === '' ? '' : `${textSource(at)} `}("${table.name}")`).join(', ')

/** `declare`: what to write for them. */
export function asQuestion(
  places: readonly LedPlace[],
  declare: (some: readonly LedPlace[]) => string,
): string | undefined {
  const likely = places.filter(({ isLikely }) => isLikely).slice(0, mostShown)
  const perhaps = places.filter(({ isLikely }) => !isLikely).slice(0, mostShown)
  if (likely.length + perhaps.length === 0) return undefined
  if (likely.length === 0)
    return `its first values are also keys of rows, perhaps by chance: ${shownPlaces(perhaps)}. Are they ids? Then write: ${declare(perhaps)}; else they stay as they are.`
  const also =
    perhaps.length > 0
      ? ` Others are also keys of rows, perhaps by chance: ${shownPlaces(perhaps)}; add them if they are ids.`
      : ''
  const people = new Set(likely.filter(({ table }) => looksLikePeople(table)).map(({ table }) => table.name))
  const ofPeople =
    people.size > 0 ? ` What ${[...people].join(', ')} are found by stands in archives then.` : ''
  return `holds what looks like ids of rows, and travels as it is: ${shownPlaces(likely)}. Are they? Then write: ${declare(likely)}.${ofPeople}${also}`
}
