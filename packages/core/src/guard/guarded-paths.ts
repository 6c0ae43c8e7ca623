import type { Allow } from '../access/allow.js'
import { allowResource } from '../access/allow-resource.js'
import type { Action } from '../contracts/action.js'
import type { Queryable } from '../contracts/database.js'
import { PieceworkError } from '../contracts/errors.js'
import type { Guard, ResourcePath } from '../contracts/guard.js'
import type { Principal } from '../contracts/principal.js'
import type { ResourceRef } from '../contracts/resource.js'
import { canonicalRef, canonicalRefs } from '../plan/canonical-ref.js'
import type { Registry } from '../plan/registry.js'
import { resourceNotFound } from '../plan/resource-not-found.js'
import { lineageOf } from '../plan/source.js'
import type { Guarded } from './guard-arguments.js'
import { resourcePath } from './paths.js'

export interface HostGuardDeps {
  readonly guard: Guard
  readonly registry: Registry
  readonly db: Queryable
  readonly allow: Allow
}

/** A resource that a host has named, and the path by which it did. */
export interface NamedResource {
  readonly ref: ResourceRef
  /** As it was given, in one spelling. */
  readonly path?: ResourcePath
}

/** Finds the paths of what hosts name. */
export interface GuardedPaths {
  /** Asks the access policy about it. Throws `options-invalid` for what is no path, `forbidden`, `resource-not-found`. */
  allowed(
    given: Guarded,
    action: Action,
    principal: Principal | undefined,
    tx?: Queryable,
  ): Promise<NamedResource>
  /** Of what need not be there. Throws `options-invalid` for a path that is of another resource. */
  lineOf(named: NamedResource, tx?: Queryable): Promise<ResourcePath>
  /** Of what is there, unless it was named by its path. Throws `resource-not-found`. */
  pathOf(named: NamedResource, tx?: Queryable): Promise<ResourcePath>
}

export function guardedPaths({ guard, registry, db, allow }: HostGuardDeps): GuardedPaths {
  const lineOf: GuardedPaths['lineOf'] = async ({ ref, path }, tx = db) => {
    const lineage = await lineageOf(registry, tx, ref)
    const line = resourcePath(lineage)
    if (path === undefined || path === line) return line
    // What is not there has no ancestors that could be others.
    const [root] = lineage
    if (root && registry.kind(root.kind).parent !== undefined) return path
    throw noPath(path)
  }
  return {
    allowed: async (given, action, principal, tx = db) => {
      const named = await resolved(registry, given, tx)
      await allowResource(allow, principal, action, named.ref)
      return named
    },
    lineOf,
    pathOf: async (named, tx = db) => {
      const { ref } = named
      const path = await lineOf(named, tx)
      if (named.path !== undefined) return path
      if (await registry.kind(ref.kind).describe(ref, tx)) return path
      // A shell that is being filled is reported as busy; one that was never finished does not exist.
      await guard.checkEditable(path)
      throw resourceNotFound(ref)
    },
  }
}

async function resolved(registry: Registry, given: Guarded, db: Queryable): Promise<NamedResource> {
  if (typeof given !== 'string') return { ref: await canonicalRef(registry, db, given) }
  const line = await canonicalRefs(registry, db, lineOfPath(registry, given))
  const ref = line.at(-1)
  if (!ref) throw noPath(given)
  return { ref, path: resourcePath(line) }
}

/** The resources of a path, root first. */
function lineOfPath(registry: Registry, path: ResourcePath): readonly ResourceRef[] {
  let above: string | undefined
  return path.split('/').map((segment) => {
    const [kind = '', id = '', ...more] = segment.split(':').map(decoded)
    const known = registry.kinds.get(kind)
    if (id === '' || more.length > 0 || !known || known.parent !== above) throw noPath(path)
    above = kind
    return { kind, id }
  })
}

/** Empty if it is not well-formed. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return ''
  }
}

function noPath(path: ResourcePath): PieceworkError {
  return new PieceworkError(
    'options-invalid',
    `"${path}" is no path of a resource, such as "project:1/scenario:2".`,
  )
}
