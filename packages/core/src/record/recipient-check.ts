import { nameDefaults } from '../defaults.js'
import type { Check } from '../options/option-checks.js'
import { refuseValue } from '../options/place.js'

const { recipientCharacters: longest } = nameDefaults

/** For whom something is: an address or a name, no URL, because that may hold a token. */
export const recipientCheck: Check<string> = (value, place) => {
  const isOne = typeof value === 'string' && value !== '' && value.length <= longest
  if (isOne && !/[?\p{Cc}]|:\/\//u.test(value)) return value
  return refuseValue(place, value, `a text of ${longest} characters at most that is no URL`)
}
