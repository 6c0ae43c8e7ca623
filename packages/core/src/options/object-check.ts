import { closest } from './closest.js'
import type { Check, OptionChecks } from './option-checks.js'
import { type Place, placeIn, refuse, refuseValue } from './place.js'

/** By a name that people expect: what there is instead, as `to check without importing, call validate()`. */
export type Instead = Readonly<Record<string, string>>

/**
 * An object of these options and no others. Returns a copy without those that are undefined: what is used is
 * what was checked, getters and inherited options are read once.
 */
export function objectCheck<T extends object>(checks: OptionChecks<T>, instead: Instead = {}): Check<T> {
  const known = checkList(checks)
  return (value, place) => {
    const given = objectOf(value, place, known)
    for (const name of namesOf(given))
      if (!Object.hasOwn(checks, name)) refuseName(place, name, known, instead)
    const copy: Record<string, unknown> = {}
    for (const { name, check, required } of known) {
      const option = given[name]
      if (option !== undefined || required) copy[name] = check(option, placeIn(place, name))
    }
    return copy as T
  }
}

/**
 * Something that the host or an author implements. Returned as it is, because its methods may need `this`. An
 * instance of a class may have members of its own, unless one looks like a misspelling of a property that it
 * lacks.
 */
export function contractCheck<T extends object>(checks: OptionChecks<T>, instead: Instead = {}): Check<T> {
  const known = checkList(checks)
  return (value, place) => {
    const given = objectOf(value, place, known)
    const lacking = known.map(({ name }) => name).filter((name) => given[name] === undefined)
    const names = isPlain(given) ? namesOf(given) : memberNames(given)
    for (const name of names) {
      if (Object.hasOwn(checks, name)) continue
      if (isPlain(given) || closest(name, lacking) !== undefined) refuseName(place, name, known, instead)
    }
    for (const { name, check, required } of known) {
      if (given[name] !== undefined || required) check(given[name], placeIn(place, name))
    }
    return value as T
  }
}

interface Known {
  readonly name: string
  readonly check: Check<unknown>
  readonly required: boolean
}

function checkList(checks: object): readonly Known[] {
  const entries = Object.entries(checks as Readonly<Record<string, Check<unknown> & { required?: true }>>)
  return entries.map(([name, check]) => ({ name, check, required: check.required === true }))
}

/** Not what only looks like one to `typeof`: arrays, maps, promises, signals, streams of the web. */
function objectOf(value: unknown, place: Place, known: readonly Known[]): Readonly<Record<string, unknown>> {
  const tag = Object.prototype.toString.call(value)
  if (typeof value === 'object' && (tag === '[object Object]' || tag === '[object Module]'))
    return value as Readonly<Record<string, unknown>>
  const names = known.map(({ name }) => name).join(', ')
  return refuseValue(place, value, `an object${names && ` of ${names}`}`)
}

/** Of any realm, and what was made over another object as over defaults. */
function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value)
  if (prototype === null || Object.getPrototypeOf(prototype) === null) return true
  return !Object.hasOwn(prototype as object, 'constructor')
}

/**
 * With those of an object of defaults that it inherits from. Symbols are never read, so they cannot be
 * mistyped.
 */
function namesOf(value: object): readonly string[] {
  const names: string[] = []
  for (const name in value) if (Object.hasOwn(value, name) || !(name in Object.prototype)) names.push(name)
  return names
}

/** Fields and methods of an instance. */
function memberNames(value: object): readonly string[] {
  const names = new Set<string>()
  for (let at = value; at && at !== Object.prototype; at = Object.getPrototypeOf(at) as object)
    for (const name of Object.getOwnPropertyNames(at)) names.add(name)
  names.delete('constructor')
  return [...names]
}

function refuseName(place: Place, name: string, known: readonly Known[], instead: Instead): never {
  const names = known.map((one) => one.name)
  const pathOf = (one: string) => placeIn(place, one).path
  const near = Object.hasOwn(instead, name) ? undefined : closest(name, names)
  const hint = Object.hasOwn(instead, name)
    ? `${instead[name]}.`
    : near !== undefined
      ? `did you mean "${pathOf(near)}"?`
      : `there ${names.length === 1 ? 'is' : 'are'} ${names.join(', ') || 'none'}.`
  return refuse(place, `${place.subject} has no ${place.noun} ${JSON.stringify(pathOf(name))}; ${hint}`, {
    option: pathOf(name),
    ...(near !== undefined && { nearest: pathOf(near) }),
  })
}
