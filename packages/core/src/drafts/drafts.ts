import { allowJob } from '../access/allow-job.js'
import { allowResource } from '../access/allow-resource.js'
import { PieceworkError } from '../contracts/errors.js'
import type { JobRequest } from '../contracts/job-request.js'
import type { Upload } from '../contracts/upload.js'
import { requestedFollowUps } from '../follow-ups/requested-follow-ups.js'
import { resourcePath } from '../guard/paths.js'
import { jobArguments } from '../handle/job-arguments.js'
import { check } from '../options/check.js'
import { checkArgument, checkOptions } from '../options/check-options.js'
import { canonicalRef, canonicalTree } from '../plan/canonical-ref.js'
import { drawTargets } from '../plan/draw-targets.js'
import { newRefOf } from '../plan/new-ref-of.js'
import { finishOnly } from '../plan/nodes.js'
import { recordEntry } from '../record/recorder.js'
import { checkParent } from '../requests/check-parent.js'
import { openShellSession } from '../tasks/open-session.js'
import { makeShells, refuseShelless } from '../tasks/shells-of.js'
import {
  type DraftRequest,
  draftChecks,
  draftInstead,
  type ImportDraft,
  type ImportDrafts,
  repeatChecks,
} from './draft.js'
import type { DraftDeps } from './draft-context.js'
import { draftHandle } from './draft-handle.js'
import { draftOf } from './draft-of.js'
import { repeatedDraft } from './repeated-draft.js'

export function createDrafts(deps: DraftDeps): ImportDrafts {
  const once = (
    subject: string,
    request: Pick<DraftRequest, 'principal' | 'requestKey' | 'into'>,
    make: () => Promise<ImportDraft>,
  ) =>
    deps.once(subject, request, {
      make: () =>
        deps.recorder.failing(
          { principal: request?.principal, action: 'import', resource: request?.into },
          make(),
        ),
      from: async (job) => {
        await allowJob(deps.allow, request.principal, 'draft', job)
        return draftHandle(deps, job, request.principal)
      },
    })
  return {
    createDraft: (request) => once('createDraft()', request, () => createDraft(deps, request)),
    repeatDraft: (resource, given) =>
      once('repeatDraft()', given, async () => {
        const { signal, ...asked } = checkOptions('repeatDraft()', given, repeatChecks)
        const checked = checkArgument('repeatDraft()', 'resource', resource, check.resource)
        const job = await draftOf(deps, checked, asked.principal)
        const repeated = await repeatedDraft(deps, job, signal)
        return createDraft(deps, { ...repeated.request, ...asked }, repeated.copies)
      }),
    draft: async (resource, by) => {
      const principal = jobArguments.principal('draft()', by)
      const checked = checkArgument('draft()', 'resource', resource, check.resource)
      return draftHandle(deps, await draftOf(deps, checked, principal), principal)
    },
  }
}

/** Stores the job, with the files that `filesFor` its id come, and makes its hidden shells. */
async function createDraft(
  deps: DraftDeps,
  given: DraftRequest,
  filesFor: (job: string) => Promise<readonly Upload[]> = async () => [],
): Promise<ImportDraft> {
  const { store, registry, inputs, allow, environment, control } = deps
  const request = checkOptions('createDraft()', given, draftChecks, draftInstead)
  const { principal, name, description, keepUploads, requestKey } = request
  const into = request.into && (await canonicalRef(registry, store.database, request.into))
  if (name.trim() === '') throw new PieceworkError('options-invalid', 'An import draft needs a name.')
  await allowResource(allow, principal, 'import', into)
  const format = inputs.format(request.format)
  if (!format.tree) throw new PieceworkError('unsupported', `The format "${format.name}" has no drafts.`)
  const tree = canonicalTree(registry, format.tree)
  refuseShelless(registry, tree)
  const above = await checkParent(registry, tree, into, store.database)
  const id = environment.uuid()
  const stored: JobRequest = {
    options: {},
    name,
    input: { format: format.name, uploads: await filesFor(id) },
    ...(description !== undefined && { description }),
    ...(into && { into }),
    ...(keepUploads && { keepUploads }),
    ...requestedFollowUps(deps.followUps, request),
  }
  const drawn = await drawTargets(registry, store.database, tree)
  const target = newRefOf(registry, { id, ...drawn }, tree)
  const job = {
    id,
    kind: 'import' as const,
    tree,
    target,
    ...drawn,
    principal,
    request: stored,
    claims: [resourcePath([...above, target])],
    record: recordEntry({ principal, action: 'import', resource: target, job: { id } }, 'allowed'),
    ...(requestKey && { requestKey }),
    ...finishOnly(),
  }
  const created = store.drafts.create(job, async (tx) => {
    await openShellSession(deps, job, tx)
    await makeShells(registry, job, tx)
  })
  await control.accept(created)
  return draftHandle(deps, await created, principal)
}
