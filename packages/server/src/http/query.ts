import { PieceworkError } from '@piecework/core'
import { splitUrl } from './http-request.js'

/** Each name once. Throws `options-invalid`. */
export function queryOf(url: string): Readonly<Record<string, string>> {
  const found = new Map<string, string>()
  for (const [name, value] of new URLSearchParams(splitUrl(url).query)) {
    if (found.has(name))
      throw new PieceworkError('options-invalid', `The query has "${name.slice(0, 100)}" twice.`, {
        facts: { option: name.slice(0, 100) },
      })
    found.set(name, value)
  }
  return Object.fromEntries(found)
}
