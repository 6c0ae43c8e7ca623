import type { Queryable } from '../contracts/database.js'
import { PieceworkError } from '../contracts/errors.js'
import type { JobInput, JobRequest } from '../contracts/job-request.js'
import type { Job } from '../contracts/jobs.js'
import type { Principal } from '../contracts/principal.js'
import type { EngineDeps } from '../engine/engine-deps.js'
import { resourcePath } from '../guard/paths.js'
import { drawTargets } from '../plan/draw-targets.js'
import { newRefIfKnown } from '../plan/new-ref-of.js'
import { recordEntry } from '../record/recorder.js'
import { assertKept, assertLive, ownerOf } from '../retention/expiry.js'
import { checkParent } from './check-parent.js'
import type { JobLimits } from './job-limits.js'
import { planInput } from './plan-input.js'

export type InputKind = 'import' | 'validation'

export interface NewInputJob extends ReturnType<JobLimits> {
  readonly id: string
  readonly kind: InputKind
  readonly principal: Principal
  readonly input: JobInput
  readonly request: JobRequest
  readonly recipient?: string | undefined
  /** Id of the upload that it imports. */
  readonly upload?: string
  /** Kind of the resource that it must make. */
  readonly makes?: string | undefined
}

/** Opens the input, plans the job and stores it. Throws `expired` when what it reads is not kept any more. */
export async function createInputJob(
  deps: EngineDeps,
  { id, kind, principal, input, request, recipient, makes, ...limits }: NewInputJob,
  { tx, retried }: { readonly tx?: Queryable; readonly retried?: Job },
): Promise<Job> {
  const { store, registry } = deps
  const assertReadable = async () => {
    for (const { artifact } of input.uploads) await assertLive(deps, artifact, tx)
    if (retried) await assertKept(deps, retried)
  }
  await assertReadable()
  const given = retried ? { parsed: request.options } : { options: request.options }
  const { tree, options, ...planned } = await planInput(deps, { job: id, kind, input }, { ...given, db: tx })
  if (makes !== undefined && tree.kind !== makes)
    throw new PieceworkError('archive-invalid', `The input has a ${tree.kind}; a ${makes} is wanted.`)
  const above = await checkParent(registry, tree, request.into, tx ?? store.database)
  const drawn = kind === 'import' ? await drawTargets(registry, tx ?? store.database, tree) : {}
  const target = newRefIfKnown(registry, { id, ...drawn }, tree)
  const reads = ownersOf(input).filter((owner) => owner !== id)
  const job = await store.jobs.create(
    {
      id,
      kind,
      tree,
      ...(target && { target }),
      ...drawn,
      principal,
      request: { ...request, options },
      ...limits,
      claims: kind === 'import' && target ? [resourcePath([...above, target])] : [],
      ...planned,
      ...(reads.length > 0 && { reads }),
      ...(retried && { retryOf: retried.id }),
      record: recordEntry(
        {
          principal,
          action: retried ? 'retry' : 'import',
          resource: kind === 'import' ? target : request.into,
          job: { id },
          recipient,
        },
        'allowed',
      ),
    },
    tx,
  )
  // From now on what it reads is not deleted; until now it may have been.
  await assertReadable().catch(async (error: unknown) => {
    if (!tx) await store.jobs.withdraw(id)
    throw error
  })
  return job
}

/** Jobs whose bytes the input reads. */
function ownersOf({ uploads }: JobInput): readonly string[] {
  return [...new Set(uploads.flatMap(({ artifact }) => ownerOf(artifact) ?? []))]
}
