import { type Place, refuse } from './place.js'

/** Returns the value as it will be used. Throws the place's code, naming the place. */
export type Check<T> = (value: unknown, place: Place) => T

export type RequiredCheck<T> = Check<T> & { readonly required: true }
export type OptionalCheck<T> = Check<T> & { readonly required?: never }

type NameOf<T> = T extends unknown ? keyof T & string : never
type ValueOf<T, Name> = T extends unknown ? (Name extends keyof T ? T[Name] : never) : never
type IsRequired<T, Name> = T extends unknown
  ? Name extends keyof T
    ? Record<never, never> extends Pick<T, Name>
      ? false
      : true
    : false
  : never

/**
 * A check for each property of T, and of all members if T is a union: a list that lacks one, or has one too
 * many, does not compile. Checks of properties that must be there are `required`.
 */
export type OptionChecks<T> = {
  readonly [Name in NameOf<T>]-?: false extends IsRequired<T, Name>
    ? OptionalCheck<Exclude<ValueOf<T, Name>, undefined>>
    : RequiredCheck<ValueOf<T, Name>>
}

/** The value must be there; without this, undefined is as absent. */
export function required<T>(check: Check<T>): RequiredCheck<T> {
  const own: Check<T> = (value, place) => {
    const checked = check(value, place)
    return checked === undefined ? refuse(place, `${place.subject} needs ${place.path}.`) : checked
  }
  return Object.assign(own, { required: true as const })
}
