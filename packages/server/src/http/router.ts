import { PieceworkError } from '@piecework/core'
import type { Method, Route } from './route.js'

export interface Match {
  readonly routes: ReadonlyMap<Method, Route>
  readonly params: Readonly<Record<string, string>>
}

interface Pattern {
  readonly path: string
  readonly segments: readonly string[]
  readonly routes: Map<Method, Route>
}

export interface RoutePath {
  /** Below the base path: `projects/:projectId/export`. */
  readonly path: string
  /** No route of it needs a principal. */
  readonly isPublic?: true
  /** Those that are ours, where the host has others at this path. Absent: all are. */
  readonly methods?: readonly Method[]
}

export interface Router {
  readonly paths: readonly RoutePath[]
  /**
   * Undefined: no route has such a path, or it is the host's with this method. Throws nothing: what cannot be decoded
   * stays as it is.
   */
  match(path: string, method: string): Match | undefined
}

export function createRouter(basePath: string, routes: readonly Route[]): Router {
  const patterns = new Map<string, Pattern>()
  for (const route of routes) {
    // Two names for one place would be two patterns of one path.
    const key = route.path.replace(/:[^/]+/g, ':')
    const known = patterns.get(key) ?? {
      path: route.path,
      segments: route.path.split('/'),
      routes: new Map(),
    }
    if (known.routes.has(route.method))
      throw new PieceworkError(
        'options-invalid',
        `pieceworkHttp(): two routes are ${route.method} ${route.path}.`,
      )
    known.routes.set(route.method, route)
    patterns.set(key, known)
  }
  const ordered = [...patterns.values()].sort((a, b) => literals(b) - literals(a))
  return {
    paths: ordered.map(({ path, routes }) => ({
      path,
      ...(isPublic(routes) && { isPublic: true }),
      ...(isBesideHost(routes) && { methods: [...routes.keys()] }),
    })),
    match: (path, method) => {
      if (path !== basePath && !path.startsWith(`${basePath}/`)) return undefined
      const given = path.slice(basePath.length + 1).split('/')
      const found = ordered.find(({ segments }) => fits(segments, given))
      if (!found || (isBesideHost(found.routes) && !found.routes.has(ownMethod(method)))) return undefined
      return { routes: found.routes, params: paramsOf(found.segments, given) }
    },
  }
}

const ownMethod = (method: string) => (method === 'HEAD' ? 'GET' : method) as Method

function isPublic(routes: Pattern['routes']): boolean {
  return [...routes.values()].every((route) => route.isPublic)
}

function isBesideHost(routes: Pattern['routes']): boolean {
  return [...routes.values()].every(({ besideHost }) => besideHost)
}

/** The more of a path is written out, and the earlier, the sooner it is tried. */
function literals({ segments }: Pattern): number {
  return segments.reduce((sum, one, at) => sum + (one.startsWith(':') ? 0 : 2 ** (20 - at)), 0)
}

function fits(segments: readonly string[], given: readonly string[]): boolean {
  if (segments.length !== given.length) return false
  return segments.every((one, at) => (one.startsWith(':') ? given[at] !== '' : one === given[at]))
}

function paramsOf(segments: readonly string[], given: readonly string[]): Readonly<Record<string, string>> {
  const named = segments.flatMap((one, at) =>
    one.startsWith(':') ? [[one.slice(1), decoded(given[at] ?? '')] as const] : [],
  )
  return Object.fromEntries(named)
}

function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment)
  } catch {
    return segment
  }
}
