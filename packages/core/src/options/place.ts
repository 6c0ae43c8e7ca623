import { type CoreErrorCode, PieceworkError } from '../contracts/errors.js'

/** Where a value stands, for messages about it. */
export interface Place {
  /** `import()`, or `Piece "project/features"`. */
  readonly subject: string
  /** `limits.archiveBytes`; empty for the subject itself. */
  readonly path: string
  /** What its names are called. */
  readonly noun: 'option' | 'property'
  readonly code: CoreErrorCode
}

export function placeIn(place: Place, name: string | number): Place {
  const { path } = place
  if (typeof name === 'number') return { ...place, path: `${path}[${name}]` }
  if (!/^[\w$]+$/.test(name)) return { ...place, path: `${path}['${name}']` }
  return { ...place, path: path === '' ? name : `${path}.${name}` }
}

export function refuse(place: Place, message: string, facts: Readonly<Record<string, unknown>> = {}): never {
  throw new PieceworkError(place.code, message, {
    facts: { ...(place.path && { option: place.path }), ...facts },
  })
}

/**
 * Refuses a value that is not `expected`, "a whole number from 1". Never prints a string: it may be a secret.
 */
export function refuseValue({ subject, path, ...place }: Place, value: unknown, expected: string): never {
  const at = { subject, path, ...place }
  if (path === '') return refuse(at, `${subject} takes ${expected}, not ${sortOf(value)}.`)
  if (value === undefined) return refuse(at, `${subject} needs ${path}: ${expected}.`)
  return refuse(at, `${subject}: ${path} must be ${expected}, not ${sortOf(value)}.`)
}

function sortOf(value: unknown): string {
  switch (typeof value) {
    case 'string':
      return value === '' ? 'an empty string' : 'a string'
    case 'function':
      return /^class\b/.test(Function.prototype.toString.call(value)) ? 'a class' : 'a function'
    case 'symbol':
      return 'a symbol'
    case 'object': {
      if (value === null) return 'null'
      if (Array.isArray(value)) return 'an array'
      if (typeof (value as { then?: unknown }).then === 'function') return 'a promise (await it)'
      const [, tag = 'Object'] = /^\[object (.*)\]$/.exec(Object.prototype.toString.call(value)) ?? []
      return tag === 'Object' ? 'an object' : `an object of the class ${tag}`
    }
    default:
      return String(value)
  }
}
