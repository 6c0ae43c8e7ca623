import type { SignManifest } from '../archive/sign.js'
import type { ArtifactStore } from '../contracts/artifacts.js'
import type { Lease, NodeResult } from '../contracts/attempts.js'
import type { Ids } from '../contracts/ids.js'
import type { Job } from '../contracts/jobs.js'
import type { ResourceRef } from '../contracts/resource.js'
import type { Store } from '../contracts/store.js'
import type { WorkContext } from '../contracts/work-context.js'
import { jobIds } from '../ids.js'
import type { Registry } from '../plan/registry.js'
import { walkTree } from '../plan/tree.js'
import type { Inputs } from '../requests/inputs.js'
import type { RetentionTtls } from '../retention/expiry.js'
import type { AttemptFindings } from './attempt-findings.js'
import type { ByteCount } from './byte-count.js'

/** What the engine's tasks work with. */
export interface EngineDeps {
  readonly store: Store
  readonly artifacts: ArtifactStore
  readonly registry: Registry
  readonly inputs: Inputs
  /** Absent: archives are not signed. */
  readonly sign?: SignManifest
}

/** One attempt under way. */
export interface AttemptContext extends EngineDeps, RetentionTtls {
  readonly lease: Lease
  readonly signal: AbortSignal
  /** Collected for the report; stored when the attempt ends. */
  readonly findings: AttemptFindings
  readonly bytes: ByteCount
  progress(done: number, total?: number): void
}

/** Does one attempt's work and commits it. */
export type TaskRunner = (work: AttemptContext) => Promise<Job>

/** Commits what needs no transaction, unless the attempt was told to end: what was made since may be half of it. */
export function commit(work: AttemptContext, result: NodeResult): Promise<Job> {
  return work.store.attempts.run(work.lease, result, { signal: work.signal })
}

/** The new id of a resource of the job's tree. */
export function newRefOf(registry: Registry, job: Pick<Job, 'id'>, source: ResourceRef): ResourceRef {
  const ids = jobIds(job.id)
  return { kind: source.kind, id: ids.idOf(registry.kind(source.kind).table, source.id) }
}

/** What a job makes, and what it makes it in. */
export function carriedKinds({ tree, request }: Pick<Job, 'tree' | 'request'>) {
  const kinds = new Set(walkTree(tree).map(({ ref }) => ref.kind))
  const { into } = request
  return { ...(into && { into }), carries: (kind: string) => kinds.has(kind) }
}

/** What every context of a piece holds. */
export function pieceContext(
  work: AttemptContext,
  piece: string,
  resource: ResourceRef,
): WorkContext & { readonly ids: Ids } {
  const { job } = work.lease
  return {
    jobId: job.id,
    resource,
    principal: job.principal,
    options: job.request.options[piece],
    signal: work.signal,
    ids: jobIds(job.id),
    progress: (done, total) => work.progress(done, total),
  }
}
