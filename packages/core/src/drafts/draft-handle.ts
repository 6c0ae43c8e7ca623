import type { Job } from '../contracts/jobs.js'
import type { Principal } from '../contracts/principal.js'
import { isTerminal } from '../engine/machine.js'
import { jobArguments } from '../handle/job-arguments.js'
import type { JobHandle } from '../handle/job-handle.js'
import { check } from '../options/check.js'
import { checkArgument, checkOptions } from '../options/check-options.js'
import type { OptionChecks } from '../options/option-checks.js'
import { newRefs } from '../plan/new-ref-of.js'
import { walkTree } from '../plan/tree.js'
import { uploadSource } from '../requests/input-source.js'
import { missingRoles } from '../requests/uploads.js'
import { uploadsStay } from '../retention/uploads-stay.js'
import { deleteDraft } from './delete-draft.js'
import {
  type DraftStatus,
  type ImportDraft,
  type PieceOptions,
  pieceOptionChecks,
  validateOptionChecks,
} from './draft.js'
import { type DraftContext, type DraftDeps, rolesOf, storedDraft } from './draft-context.js'
import { draftMap } from './draft-map.js'
import { givenUploads } from './draft-state.js'
import { putUpload, removeUpload } from './draft-uploads.js'
import { runDraft } from './run-draft.js'
import { sortDraft } from './sort-draft.js'
import { shownUpload } from './unsorted.js'
import { validateDraft } from './validate-draft.js'
import { validationResults } from './validation-results.js'

/** An import draft as it is in the store, in whatever process it is held. */
export function draftHandle(deps: DraftDeps, job: Job, principal: Principal | undefined): ImportDraft {
  const { registry, store } = deps
  const { id, tree } = job
  const newRef = newRefs(registry, job)
  const resources = walkTree(tree).map(({ ref }) => newRef(ref))
  const resource = newRef(tree)
  const context: DraftContext = { deps, id, resource, principal }
  const failing = <T>(work: Promise<T>): Promise<T> =>
    deps.recorder.failing({ principal, action: 'draft', resource, job }, work)
  const once = async <Options extends PieceOptions>(
    subject: string,
    given: Options | undefined,
    checks: OptionChecks<Options>,
    work: (context: DraftContext, options: Options) => Promise<JobHandle>,
  ) => {
    const options = checkOptions(subject, given, checks)
    const make = () => failing(work(context, options))
    if (!options.requestKey) return make()
    const { principal: owner } = (await storedDraft(context)).job
    const request = { principal: principal ?? owner, requestKey: options.requestKey }
    return deps.once(subject, request, { make, from: async (found) => deps.control.handle(found) })
  }
  return {
    job: id,
    resource,
    resources,
    status: () => draftStatus(context),
    upload: async (role, source) => {
      checkArgument('upload()', 'role', role, check.text)
      return shownUpload(
        await putUpload(context, role, checkArgument('upload()', 'source', source, uploadSource)),
      )
    },
    removeUpload: async (upload) =>
      removeUpload(context, checkArgument('removeUpload()', 'the id of the upload', upload, check.text)),
    sort: async (signal) => sortDraft(context, jobArguments.signal('sort()', signal)),
    validate: (options) => once('validate()', options, validateOptionChecks, validateDraft),
    run: (options) => once('run()', options, pieceOptionChecks, runDraft),
    unitMap: async (signal) => draftMap(context, jobArguments.signal('unitMap()', signal)),
    validationResults: async () => {
      const { job, input } = await storedDraft(context)
      return validationResults(store, job, Object.keys(deps.inputs.format(input.format).roles))
    },
    delete: async (signal) => deleteDraft(context, jobArguments.signal('delete()', signal)),
  }
}

async function draftStatus(context: DraftContext): Promise<DraftStatus> {
  const { job, input } = await storedDraft(context)
  const format = context.deps.inputs.format(input.format)
  const missing = missingRoles(format, rolesOf(input))
  const isDeleted = isTerminal(job.status) && !uploadsStay(job, format)
  const { store, environment, draftTtlMs } = context.deps
  const idleMs = await store.drafts.idleMs(job.id)
  const { retryUntil } = job.result
  if (retryUntil)
    return {
      status: job.status,
      uploads: givenUploads(input).map(shownUpload),
      missing,
      keptUntil: retryUntil,
    }
  return {
    status: job.status,
    uploads: isDeleted ? [] : input.uploads.map(shownUpload),
    missing,
    ...(idleMs !== undefined && { keptUntil: new Date(environment.now() + draftTtlMs - idleMs) }),
  }
}
