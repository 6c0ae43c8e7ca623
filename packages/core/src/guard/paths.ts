import type { ResourcePath } from '../contracts/guard.js'
import type { NewJob } from '../contracts/jobs.js'
import type { ResourceRef } from '../contracts/resource.js'

/** Path of a resource, root first. */
export function resourcePath(line: readonly ResourceRef[]): ResourcePath {
  return line.map((ref) => `${encodeURIComponent(ref.kind)}:${encodeURIComponent(ref.id)}`).join('/')
}

/** Whether one path is the other or contains it. */
export function overlaps(a: ResourcePath, b: ResourcePath): boolean {
  return a === b || a.startsWith(`${b}/`) || b.startsWith(`${a}/`)
}

/** Those of a job's claims that it changes: what an import or clone makes. The others it only reads. */
export function changedPaths({ claims, target }: Pick<NewJob, 'claims' | 'target'>): readonly ResourcePath[] {
  if (!target) return []
  const segment = resourcePath([target])
  return claims.filter((path) => path === segment || path.endsWith(`/${segment}`))
}
