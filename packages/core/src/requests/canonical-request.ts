import type { Queryable } from '../contracts/database.js'
import { canonicalRef, canonicalRefs } from '../plan/canonical-ref.js'
import type { Registry } from '../plan/registry.js'
import type { SourceRequest } from './export-request.js'

/** The request with one spelling of each resource. Throws `resource-not-found`. */
export async function canonicalRequest<Request extends SourceRequest>(
  registry: Registry,
  db: Queryable,
  request: Request,
): Promise<Request> {
  const { resource, children } = request
  return {
    ...request,
    resource: await canonicalRef(registry, db, resource),
    ...(children && { children: await canonicalRefs(registry, db, children) }),
  }
}
