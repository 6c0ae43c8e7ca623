import type { Column } from '../catalogue.js'

const words =
  /(?:^|_)(?:passwords?|passwd|passphrase|passcode|pwd|secrets?|(?:api|private|secret|signing|encryption|auth|access|session|ssh|license)_?keys?|apikeys?|hashed_keys?|credentials?|(?:(?:access|refresh|auth|api|id|bearer|session|reset|invite|csrf|oauth|jwt)_?)?tokens?|otp(?:_secret|_seed)?|totp(?:_secret|_seed)?|(?:recovery|backup)_codes?|connection_string)(?:$|_(?:hash|hashed|digest|enc|encrypted|salt|value|text|plain|pem)$)/

/** Numbers, times and flags about a secret are none: `token_count`, `password_changed_at`. */
const holdsNoText =
  /^_?(?:bool|int[248]|float[48]|numeric|money|date|time|timetz|timestamp|timestamptz|interval)$/

/** Whether a column holds, by its name, what opens a door. */
export function looksSecret({ name, base }: Column): boolean {
  return !holdsNoText.test(base) && words.test(snakeCase(name))
}

/** `apiKey`, `API Key` and `api-key` as `api_key`. */
export const snakeCase = (name: string): string =>
  name
    .replace(/([a-z0-9])([A-Z])/g, '$1_$2')
    .replace(/([A-Z])([A-Z][a-z])/g, '$1_$2')
    .replace(/[^A-Za-z0-9]+/g, '_')
    .toLowerCase()
