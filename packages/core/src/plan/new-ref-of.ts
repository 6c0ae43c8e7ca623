import type { Job } from '../contracts/jobs.js'
import type { ResourceRef } from '../contracts/resource.js'
import { jobIds } from '../ids.js'
import type { Registry } from './registry.js'

/** The new id of a resource of the job's tree. */
export function newRefOf(registry: Registry, job: Pick<Job, 'id'>, source: ResourceRef): ResourceRef {
  const ids = jobIds(job.id, { forms: registry.keyForms })
  return { kind: source.kind, id: ids.idOf(registry.kind(source.kind).table, source.id) }
}
