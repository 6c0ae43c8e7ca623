import { defaults } from '../../defaults.js'
import { joinPath, shownName } from './undeclared-ids.js'

/** Where ids may stand in the values of a column. */
export interface IdPlace {
  /** As it is declared: a path or a pattern; the key of a setting. */
  readonly at: string
  /** What may name their rows: `photoId`, `pages`. */
  readonly word: string
  /** Some of them. */
  readonly ids: ReadonlySet<string>
}

/** Takes what may be an id. */
type Add = (at: string, word: string, id: string) => void

const uuid = '[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}'
const word = /^[A-Za-z0-9_-]{1,64}$/
const list = new RegExp(`^(?:${uuid}|\\d{1,19})(?:[\\s,;|]+(?:${uuid}|\\d{1,19}))+$`)
const inText = new RegExp(
  `(?<![0-9A-Za-z_])(?:${uuid}|\\d{1,19})(?![0-9A-Za-z_])|(?<![\\w-])[\\w-]{1,64}(?![\\w-])`,
  'g',
)
/** `/pages/`, `[[page:`, `page#`, `#` and, of names of tables alone, `page ` before an id. */
const before = /(?:[[({<]{0,2}[@/]?([A-Za-z][A-Za-z_-]{0,40}?)([:/=#~-]{1,3} ?| )|[#@])$/
const mostBefore = 60

/** Of all values, each place once. */
export function placesIn(
  values: readonly string[],
  read: (value: string, add: Add) => void,
): readonly IdPlace[] {
  const found = new Map<string, { at: string; word: string; ids: Set<string> }>()
  const add: Add = (at, named, id) => {
    const place = found.get(at) ?? { at, word: named, ids: new Set<string>() }
    if (found.size < defaults.sampledPlaces) found.set(at, place)
    if (place.ids.size < defaults.sampledIds) place.ids.add(id)
  }
  for (const value of values) read(value, add)
  return [...found.values()]
}

/** A text that is an id, or nothing but a list of them. */
export const wholePlaces =
  (name: string, at = '{}') =>
  (value: string, add: Add): void => {
    const text = value.trim()
    if (word.test(text)) add(at, name, text)
    else if (list.test(text)) for (const id of text.split(/[\s,;|]+/)) add(at, name, id)
  }

/** Ids behind something that says what they are, as in links. `isTable`: a word names a table. */
export const linkPlaces =
  (isTable: (word: string) => boolean) =>
  (value: string, add: Add): void => {
    for (const match of value.matchAll(inText)) {
      const [id] = match
      const found = before.exec(value.slice(Math.max(0, match.index - mostBefore), match.index))
      const [prefix, named = '', sign = ''] = found ?? []
      // Prose has many words before numbers, and a name of a table may be one of them.
      const isNamed = sign !== ' ' || (/^\d+$/.test(id) && isTable(named))
      if (prefix !== undefined && isNamed) add(`${prefix}{}`, named, id)
      else if (id.length >= defaults.leastSoughtLength) add('{}', '', id)
    }
  }

interface Part {
  readonly value: unknown
  readonly path: string
  readonly word: string
}

/** In a document: numbers and texts that are words. `names`: members' names may be ids. */
export const documentPlaces =
  (name: string, names: boolean) =>
  (text: string, add: Add): void => {
    const parts: Part[] = [{ value: parsed(text), path: '', word: name }]
    // Without recursion: a document may be nested deeper than the stack.
    for (let part = parts.pop(); part; part = parts.pop()) {
      const { value, path, word: named } = part
      if (path.length > 200) continue
      if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0)
        add(path, named, String(value))
      else if (typeof value === 'string' && word.test(value)) add(path, named, value)
      else if (Array.isArray(value))
        for (const each of value) parts.push({ value: each, path: `${path}[*]`, word: named })
      else if (typeof value === 'object' && value !== null)
        for (const [member, each] of Object.entries(value)) {
          if (names && word.test(member)) add(joinPath(path, '{}'), named, member)
          parts.push({ value: each, path: joinPath(path, shownName(member)), word: member })
        }
    }
  }

/** With numbers that JavaScript would round as texts. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text.replaceAll(/(?<=[:[,]\s*)\d{16,19}(?=\s*[,\]}])/g, '"$&"'))
  } catch {
    return JSON.parse(text)
  }
}
