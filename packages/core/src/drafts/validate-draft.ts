import type { JobHandle } from '../handle/job-handle.js'
import { recordEntry } from '../record/recorder.js'
import { chosenInput } from '../requests/choose-nodes.js'
import { planInput } from '../requests/plan-input.js'
import type { ValidateOptions } from './draft.js'
import { completeDraft, type DraftContext, planOpen } from './draft-context.js'
import { openInput, readInput } from './draft-state.js'
import { sortedDraft } from './sort-draft.js'

/** A job of its own that runs the validators over what is uploaded. */
export async function validateDraft(
  context: DraftContext,
  { options, priority = 0, requestKey, signal, partial, ...choice }: ValidateOptions,
): Promise<JobHandle> {
  const { deps, resource, principal } = context
  await sortedDraft(context, signal)
  const { job, input: all } = await completeDraft(context, partial)
  const input = { ...readInput(all), ...chosenInput('validate()', choice) }
  openInput(job)
  const id = deps.environment.uuid()
  const plan = await planOpen(
    context,
    planInput(deps, { job: id, kind: 'validation', input }, { options, signal }),
  )
  const { options: parsed, ...planned } = plan
  signal?.throwIfAborted()
  const { keepUploads: _, onSuccess: _s, onFailure: _f, onCancel: _c, ...request } = job.request
  const created = deps.store.jobs.create({
    id,
    kind: 'validation',
    target: resource,
    ...(job.targets && { targets: job.targets }),
    principal: job.principal,
    request: { ...request, options: parsed, input },
    claims: [],
    record: recordEntry({ principal: job.principal, action: 'draft', resource, job: { id } }, 'allowed'),
    ...planned,
    ...deps.jobLimits({ priority, ...(requestKey && { requestKey }) }),
    ...(principal && { requestKeyOf: principal.id }),
  })
  return deps.control.accept(created)
}
