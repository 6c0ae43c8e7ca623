import type { Environment } from '../contracts/environment.js'
import type { Principal } from '../contracts/principal.js'
import type { ResourceRef } from '../contracts/resource.js'
import { closest } from './closest.js'
import type { Check } from './option-checks.js'
import { placeIn, refuse, refuseValue } from './place.js'

/** What options are checked for. A check names what it expects in messages and returns the value as it is. */
export const check = {
  /** Not empty. */
  text: isA<string>('a string that is not empty', (value) => typeof value === 'string' && value !== ''),
  shortText: (most: number) =>
    isA<string>(
      `a string of 1 to ${most} characters`,
      (value) => typeof value === 'string' && value !== '' && value.length <= most,
    ),
  string: isA<string>('a string', (value) => typeof value === 'string'),
  flag: isA<boolean>('true or false', (value) => typeof value === 'boolean'),
  /** Of options that are absent or true; false is as absent. */
  isTrue: isA<true>('true', (value) => typeof value === 'boolean'),
  /** Of 32 bits, negative ones too. */
  integer: isA<number>(
    'a whole number of 32 bits',
    (value) => typeof value === 'number' && (value | 0) === value,
  ),
  /** From 1, as a timer and a column can hold it. */
  count: wholeNumber(1, 2 ** 31 - 1),
  /** In ms, as a timer can wait. */
  wait: wholeNumber(0, 2 ** 31 - 1),
  /** In ms, added to a date. */
  duration: wholeNumber(0, 1e15),
  /** From 1. */
  size: wholeNumber(1, Number.MAX_SAFE_INTEGER),
  ratio: isA<number>(
    'a number from 1',
    (value) => typeof value === 'number' && Number.isFinite(value) && value >= 1,
  ),
  signal: isA<AbortSignal>(
    'an AbortSignal',
    (value) =>
      isObject(value) && typeof value.aborted === 'boolean' && typeof value.addEventListener === 'function',
  ),
  /** Of plain values by name, whatever the names are. */
  json: isA<Readonly<Record<string, unknown>>>(
    'an object',
    (value) => isObject(value) && !Array.isArray(value),
  ),
  /** Any value, checked elsewhere. */
  anything: (value: unknown): never => value as never,
  principal: isA<Principal>(
    'an object with an id that is not empty',
    (value) => isObject(value) && isText(value.id),
  ),
  resource: isA<ResourceRef>(
    'an object { kind, id } of two strings that are not empty',
    (value) => isObject(value) && isText(value.kind) && isText(value.id),
  ),
  func: <T extends (...args: never[]) => unknown>() =>
    isA<T>('a function', (value) => typeof value === 'function'),
  wholeNumber,
  environment: isA<Environment>('an environment (with now, after, every, uuid)', (value) =>
    has(value, ['now', 'after', 'every', 'uuid']),
  ),
  /** Something that has these methods or parts: `having<Queryable>('a Queryable', 'query')`. */
  having: <T extends object>(what: string, ...members: (keyof T & string)[]): Check<T> =>
    isA<T>(`${what} (with ${members.join(', ')})`, (value) => has(value, members)),
  oneOf:
    <T extends string>(...values: readonly T[]): Check<T> =>
    (value, place) => {
      if (values.includes(value as T)) return value as T
      const expected = values.map((one) => `"${one}"`).join(' or ')
      const near = typeof value === 'string' ? closest(value, values) : undefined
      if (near === undefined) return refuseValue(place, value, expected)
      return refuse(place, `${place.subject}: ${place.path} must be ${expected}; did you mean "${near}"?`)
    },
  list:
    <T>(item: Check<T>): Check<readonly T[]> =>
    (value, place) => {
      if (!Array.isArray(value)) return refuseValue(place, value, 'an array')
      return value.map((one: unknown, at) => item(one, placeIn(place, at)))
    },
  /** Of values under names that are free. */
  record:
    <T>(item: Check<T>): Check<Readonly<Record<string, T>>> =>
    (value, place) => {
      if (!isObject(value) || Array.isArray(value)) return refuseValue(place, value, 'an object')
      for (const [name, one] of Object.entries(value)) if (one !== undefined) item(one, placeIn(place, name))
      return value as Readonly<Record<string, T>>
    },
} as const

function isA<T>(expected: string, holds: (value: unknown) => boolean): Check<T> {
  return (value, place) => (holds(value) ? (value as T) : refuseValue(place, value, expected))
}

function wholeNumber(least: number, most: number): Check<number> {
  return (value, place) => {
    if (typeof value !== 'number' || !Number.isInteger(value) || value < least)
      return refuseValue(place, value, `a whole number from ${least}`)
    if (value > most) return refuseValue(place, value, `a whole number from ${least} to ${most}`)
    return value
  }
}

const isText = (value: unknown): boolean => typeof value === 'string' && value !== ''

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null
}

/** Functions too: what a query builder returns is often one. */
function has(value: unknown, members: readonly string[]): boolean {
  if (!isObject(value) && typeof value !== 'function') return false
  return members.every((name) => {
    const member = (value as Readonly<Record<string, unknown>>)[name]
    return member !== undefined && member !== null
  })
}
