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

/** Where nothing may be in it. Throws `options-invalid`. */
export function noQuery(url: string): Readonly<Record<never, never>> {
  const [name] = Object.keys(queryOf(url))
  if (name === undefined) return {}
  throw new PieceworkError('options-invalid', `The query has no "${name.slice(0, 100)}"; there is nothing.`, {
    facts: { option: name.slice(0, 100) },
  })
}
