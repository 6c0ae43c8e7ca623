import type { JobHandle } from '../handle/job-handle.js'
import { recordEntry } from '../record/recorder.js'
import { chosenInput } from '../requests/choose-nodes.js'
import { planInput } from '../requests/plan-input.js'
import type { PieceOptions } from './draft.js'
import { completeDraft, type DraftContext, planOpen } from './draft-context.js'
import { openInput, readInput } from './draft-state.js'
import { sortedDraft } from './sort-draft.js'

/** Plans the import over what is uploaded and begins it. */
export async function runDraft(
  context: DraftContext,
  { options, signal, only, without, ...limits }: PieceOptions,
): Promise<JobHandle> {
  const { deps, id, resource, principal } = context
  await sortedDraft(context, signal)
  const { job, input: files } = await completeDraft(context)
  const input = { ...files, ...chosenInput('run()', { ...(only && { only }), ...(without && { without }) }) }
  openInput(job)
  const plan = await planOpen(
    context,
    planInput(deps, { job: id, kind: 'import', input: readInput(input) }, { options, signal }),
  )
  const { tree: _, options: parsed, ...planned } = plan
  signal?.throwIfAborted()
  const request = { ...job.request, input, options: parsed }
  const record = recordEntry({ principal, action: 'draft', resource, job }, 'allowed')
  const run = deps.store.drafts.run(id, {
    ...planned,
    ...deps.jobLimits(limits),
    ...(principal && { requestKeyOf: principal.id }),
    request,
    record,
  })
  return deps.control.accept(run)
}
