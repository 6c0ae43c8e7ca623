import { randomUUID } from 'node:crypto'
import { PieceworkError } from '../contracts/errors.js'
import type { Job, JobInput } from '../contracts/jobs.js'
import type { Upload } from '../contracts/upload.js'
import { isTerminal } from '../engine/machine.js'
import { jobArguments } from '../handle/job-arguments.js'
import type { JobHandle, JobReport } from '../handle/job-handle.js'
import { check } from '../options/check.js'
import { checkArgument, checkOptions } from '../options/check-options.js'
import { resourceNotFound } from '../plan/source.js'
import { walkTree } from '../plan/tree.js'
import { planInput } from '../requests/input-requests.js'
import { type UploadSource, uploadSource } from '../requests/input-source.js'
import type { JobLimits } from '../requests/job-limits.js'
import { checkRoles, missingRoles, receiveUpload } from '../requests/uploads.js'
import { ownerOf } from '../retention/expiry.js'
import { removeShells } from '../tasks/shells-of.js'
import { jobPrefix } from '../tasks/staging.js'
import { type EngineDeps, newRefOf } from '../tasks/work.js'
import { type ImportDraft, type PieceOptions, pieceOptionChecks } from './draft.js'
import { openInput } from './draft-state.js'
import { validationResults } from './validation-results.js'

/** What preparations need of the Piecework object. */
export interface JobControl {
  /** Tells the new job, hands it over, and gives its handle. */
  accept(job: Promise<Job>): Promise<JobHandle>
  cancel(job: string): Promise<Job>
  ended(job: string, signal?: AbortSignal): Promise<JobReport>
}

/** A prepared import as it stands in the store, whoever holds it. */
export function draftHandle(
  parts: EngineDeps,
  terms: JobLimits,
  hands: JobControl,
  prepared: Job,
): ImportDraft {
  const { store, registry, artifacts, inputs } = parts
  const { id, tree, target, principal } = prepared
  const resources = walkTree(tree).map(({ ref }) => newRefOf(registry, { id }, ref))
  const resource = target ?? newRefOf(registry, { id }, tree)

  const current = async (): Promise<{ readonly job: Job; readonly input: JobInput }> => {
    const job = await store.jobs.get(id)
    const input = job?.request.input
    if (!job || !input) throw resourceNotFound(resource)
    return { job, input }
  }
  const complete = async () => {
    const { job, input } = await current()
    checkRoles(inputs.format(input.format), rolesOf(input))
    return { job, input }
  }

  return {
    job: id,
    resource,
    resources,
    status: async () => {
      const { job, input } = await current()
      const missing = missingRoles(inputs.format(input.format), rolesOf(input))
      const gone = isTerminal(job.status) && !job.request.keepUploads
      return { status: job.status, uploads: gone ? [] : input.uploads, missing }
    },
    upload: async (role, given) => {
      checkArgument('upload()', 'role', role, check.text)
      const source = checkArgument('upload()', 'source', given, uploadSource)
      const { job, input } = await current()
      openInput(job)
      const asked = { job: id, id: randomUUID(), role, source: ownSource(source) }
      const upload = await receiveUpload(artifacts, inputs.format(input.format), asked)
      try {
        const before = await store.drafts.put(id, upload)
        if (before) await forget(before)
      } catch (error) {
        await forget(upload)
        throw error
      }
      return upload
    },
    removeUpload: async (upload) => {
      checkArgument('removeUpload()', 'the id of the upload', upload, check.text)
      const removed = await store.drafts.remove(id, upload)
      if (removed) await forget(removed)
      return removed !== undefined
    },
    validate: async (given) => {
      const { options, priority } = checkOptions('validate()', given, pieceOptionChecks)
      const { job, input } = await complete()
      openInput(job)
      return hands.accept(validation(job, input, options, priority))
    },
    run: async (given) => {
      const { options, ...asked } = checkOptions('run()', given, pieceOptionChecks)
      const { job, input } = await complete()
      openInput(job)
      const { tree: _, options: parsed, ...planned } = await planInput(parts, id, 'import', input, options)
      const request = { ...job.request, options: parsed }
      return hands.accept(store.drafts.run(id, { ...planned, ...terms(asked), request }))
    },
    validationResults: async () => validationResults(store, (await current()).job),
    delete: async (signal) => {
      jobArguments.signal('delete()', signal)
      let { job } = await current()
      if (!isTerminal(job.status)) {
        await hands.cancel(id)
        job = (await hands.ended(id, signal)).job
      }
      if (job.status === 'succeeded') {
        const what = `The ${resource.kind} ${resource.id} is complete`
        throw new PieceworkError('unsupported', `${what}: delete it as you delete others.`)
      }
      await store.database.transaction((tx) => removeShells(registry, job, tx))
      await artifacts.delete(jobPrefix(id))
    },
  }

  /** What another job keeps may go with it: of that, a copy. */
  function ownSource(source: UploadSource): UploadSource {
    if (!('artifact' in source) || ownerOf(source.artifact) === undefined) return source
    const { artifact, ...rest } = source
    return { ...rest, stream: artifacts.open(artifact) }
  }

  /** What is not ours, because the host named it, stays. */
  async function forget({ artifact }: Upload): Promise<void> {
    if (artifact.startsWith(`${jobPrefix(id)}/`)) await artifacts.delete(artifact)
  }

  async function validation(
    job: Job,
    input: JobInput,
    options: PieceOptions['options'],
    priority = 0,
  ): Promise<Job> {
    const own = randomUUID()
    const { options: parsed, ...planned } = await planInput(parts, own, 'validation', input, options)
    const { keepUploads: _, ...asked } = job.request
    const request = { ...asked, options: parsed, input }
    const kind = 'validation' as const
    return store.jobs.create({
      id: own,
      kind,
      target: resource,
      principal,
      request,
      claims: [],
      ...planned,
      ...terms({ priority }),
    })
  }
}

function rolesOf({ uploads }: JobInput): readonly string[] {
  return uploads.map(({ role }) => role)
}
