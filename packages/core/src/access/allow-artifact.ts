import { artifactNotFound } from '../artifacts/artifact-not-found.js'
import type { Queryable } from '../contracts/database.js'
import { isPieceworkError } from '../contracts/errors.js'
import type { Job } from '../contracts/jobs.js'
import type { Principal } from '../contracts/principal.js'
import type { Store } from '../contracts/store.js'
import { isTerminal } from '../engine/machine.js'
import { sameResource } from '../plan/tree.js'
import { ownerOf } from '../retention/expiry.js'
import type { Allow } from './allow.js'
import { allowJob, resourceOf } from './allow-job.js'
import { asRefusal } from './refusals.js'

interface ArtifactDeps {
  readonly store: Store
  readonly allow: Allow
}

/**
 * Asks the access policy about bytes that a call names: those of a job come with it. Throws `forbidden`; to a principal that may not
 * view the job either, `artifact-not-found`, as where there is no such job.
 */
export async function allowArtifact(
  { store, allow }: ArtifactDeps,
  principal: Principal | undefined,
  artifact: string,
  tx?: Queryable,
): Promise<void> {
  const owner = ownerOf(artifact)
  const job = owner === undefined ? undefined : await store.jobs.get(owner, tx)
  const absent = () => artifactNotFound(artifact)
  if (job) return allowJob(allow, principal, 'download', job, { named: { artifact }, absent })
  try {
    await allow(principal, 'download', undefined, undefined, { artifact })
  } catch (error) {
    throw owner !== undefined && isPieceworkError(error, 'forbidden') ? asRefusal(absent()) : error
  }
}

/** The same about what a job reads that is not its own, whatever request has given it that. */
export async function allowInput(deps: ArtifactDeps, reader: Job): Promise<void> {
  const { store, allow } = deps
  const { principal, request } = reader
  for (const { artifact, parts, id } of request.input?.uploads ?? []) {
    const owner = ownerOf(artifact)
    if (owner === reader.id) continue
    const job = owner === undefined ? undefined : await ownerFor(store, reader, owner)
    // An archive that its uploader has not imported yet.
    if (!job && parts && (await store.uploads.get(id))?.principal.id === principal.id) continue
    const action = job ? readsAs(reader, job) : 'download'
    await allow(principal, action, job && resourceOf(job), job, { artifact })
  }
}

const owners = new WeakMap<Job, Map<string, Job>>()

/** Each node of the reader asks, and the owner's tree may be large: once it has ended, it is not read again. */
async function ownerFor(store: Store, reader: Job, id: string): Promise<Job | undefined> {
  const known = owners.get(reader) ?? new Map<string, Job>()
  owners.set(reader, known)
  const owner = known.get(id) ?? (await store.jobs.get(id))
  if (owner && isTerminal(owner.status)) known.set(id, owner)
  return owner
}

/** What the reader's own request was allowed by. */
function readsAs(reader: Job, owner: Job): 'retry' | 'draft' | 'download' {
  if (reader.retryOf === owner.id) return 'retry'
  const { kind, target } = reader
  const isDrafts = kind === 'validation' && target && owner.target && sameResource(target, owner.target)
  return isDrafts ? 'draft' : 'download'
}
