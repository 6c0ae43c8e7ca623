import { PieceworkError } from '@piecework/core'
import { tokenDefaults } from '../defaults.js'
import { pathSegments } from './path-segments.js'

/**
 * By method, the paths below which it is allowed: `{ GET: ['/api/v1/projects/london-2/'] }`. HEAD is allowed where GET is.
 */
export type TokenScope = Readonly<Partial<Record<TokenMethod, readonly string[]>>>
export type TokenMethod = (typeof methods)[number]

const methods = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'] as const

/** A copy, each path encoded in one way. Throws `options-invalid`. */
export function checkedScope(given: unknown): TokenScope {
  const refuse = (why: string) => new PieceworkError('options-invalid', `issue(): scope ${why}`)
  if (typeof given !== 'object' || given === null || Array.isArray(given))
    throw refuse('must be an object of methods and paths.')
  const scope: Partial<Record<TokenMethod, readonly string[]>> = {}
  for (const [method, paths] of Object.entries(given)) {
    if (!isMethod(method)) throw refuse(`has a method that is none of ${methods.join(', ')}.`)
    if (!Array.isArray(paths) || paths.length === 0) throw refuse(`names no path for ${method}.`)
    scope[method] = paths.map((path: unknown) => {
      const segments = normalSegments(path)
      if (!segments)
        throw refuse(
          `has a path for ${method} that is not of the form /a/b/: absolute, without query, empty or dot segments, backslashes, semicolons or encoded slashes.`,
        )
      return `/${segments.map(encodeURIComponent).join('/')}`
    })
  }
  if (Object.keys(scope).length === 0) throw refuse('is empty.')
  if (JSON.stringify(scope).length > tokenDefaults.scopeCharacters)
    throw refuse(`is longer than ${tokenDefaults.scopeCharacters} characters.`)
  return scope
}

const isMethod = (method: string): method is TokenMethod => (methods as readonly string[]).includes(method)

/** Of a path that reads one way only: what `pathSegments` relies on. */
function normalSegments(path: unknown): readonly string[] | undefined {
  if (typeof path !== 'string' || !path.startsWith('/') || path.includes('?')) return undefined
  const segments = pathSegments(path)
  return segments?.every((segment) => /^[^/\\;]+$/.test(segment)) ? segments : undefined
}

/** Methods are compared as they are: HTTP knows `GET` only. An address with a dot segment is in no scope. */
export function isInScope(scope: TokenScope, method: string, url: string): boolean {
  const segments = pathSegments(url)
  if (!segments || !isMethod(method)) return false
  const paths = [...(scope[method] ?? []), ...(method === 'HEAD' ? (scope.GET ?? []) : [])]
  return paths.some((path) => {
    const allowed = pathSegments(path)
    return allowed?.every((segment, at) => segment === segments[at]) === true
  })
}
