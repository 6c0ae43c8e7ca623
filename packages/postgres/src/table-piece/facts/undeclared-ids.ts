import type { JsonStep } from '../json-path.js'
import { keyFamily } from '../key-family.js'
import type { ContainerPlan } from '../table-plan.js'
import { withoutIds } from '../text-sql.js'

/** How ids look that are sought. */
export interface IdPattern {
  /** The id is all of a text. */
  readonly whole: RegExp
  readonly anywhere: RegExp
  /** Of the server, for values in which some may stand. */
  readonly posix: string
}

const uuid = '[0-9a-f]{8}-?(?:[0-9a-f]{4}-?){3}[0-9a-f]{12}'

export const uuids: IdPattern = {
  whole: new RegExp(`^\\{?${uuid}\\}?$`, 'i'),
  anywhere: new RegExp(uuid, 'gi'),
  posix: '[0-9a-fA-F]{8}-?([0-9a-fA-F]{4}-?){3}[0-9a-fA-F]{12}',
}

/** Words of letters, digits, `_` and `-` that have one of these lengths. */
export function wordsOf(lengths: readonly number[]): IdPattern {
  const word = lengths.map((length) => `[\\w-]{${length}}`).join('|')
  return {
    whole: new RegExp(`^(?:${word})$`),
    anywhere: new RegExp(`(?<![\\w-])(?:${word})(?![\\w-])`, 'g'),
    posix: `[A-Za-z0-9_-]{${Math.min(...lengths)}}`,
  }
}

/** Where an id stands in a value. */
export interface Place {
  /** As paths are declared; undefined in a text, and for one that is too long to be read. */
  readonly path: string | undefined
  /** A path can lead to it: it is the whole string or name. */
  readonly alone: boolean
}

/** Ids in a value that no path or pattern of the declaration covers. */
export function* undeclaredIds(
  value: string,
  form: 'json' | 'text',
  targets: ContainerPlan['ids'],
  pattern: IdPattern,
): Iterable<Place & { readonly id: string }> {
  // The id of a table with numbers is no uuid, though digits of one may look like it.
  const covering = targets.filter(({ keyColumn }) => keyFamily(keyColumn) !== 'integer')
  if (form === 'json')
    return yield* idsInDocument(
      JSON.parse(value),
      covering.map(({ path }) => path),
      pattern,
    )
  const rest = covering.reduce(withoutIds, value)
  for (const [id] of rest.matchAll(pattern.anywhere)) yield { id, path: undefined, alone: false }
}

interface Part {
  readonly value: unknown
  readonly path: string
  /** What is left of the declared paths that lead here. */
  readonly declared: readonly (readonly JsonStep[])[]
}

/** Without recursion: a document may be nested deeper than the stack. */
function* idsInDocument(document: unknown, paths: Part['declared'], pattern: IdPattern) {
  const parts: Part[] = [{ value: document, path: '', declared: paths }]
  for (let part = parts.pop(); part; part = parts.pop()) {
    const { value, path, declared } = part
    if (typeof value === 'string') {
      yield* idsInString(
        value,
        path,
        declared.some(({ length }) => length === 0),
        pattern,
      )
    } else if (Array.isArray(value)) {
      const below = { path: `${path}[*]`, declared: after(declared, undefined) }
      for (const each of value) parts.push({ value: each, ...below })
    } else if (typeof value === 'object' && value !== null) {
      const named = declared.some(([step]) => step === 'names')
      for (const [name, each] of Object.entries(value)) {
        yield* idsInString(name, joinPath(path, '{}'), named, pattern)
        parts.push({ value: each, path: joinPath(path, shownName(name)), declared: after(declared, name) })
      }
    }
  }
}

function* idsInString(text: string, path: string, declared: boolean, { whole, anywhere }: IdPattern) {
  const alone = whole.test(text)
  if (alone && declared) return
  for (const [id] of text.matchAll(anywhere)) yield { id, path: path.length > 200 ? undefined : path, alone }
}

/** `name`: of a member; undefined for an element. */
const after = (paths: Part['declared'], name: string | undefined): Part['declared'] =>
  paths.flatMap(([step, ...rest]) =>
    step === 'every' || (typeof step === 'object' && step.member === name) ? [rest] : [],
  )

export const joinPath = (path: string, step: string): string => (path === '' ? step : `${path}.${step}`)

/** A name that is no word may be data, which messages must not show. */
export const shownName = (name: string): string =>
  /^[A-Za-z_][A-Za-z_-]{0,62}[0-9]{0,3}$/.test(name) ? name : '*'
