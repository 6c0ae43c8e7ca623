import { randomUUID } from 'node:crypto'
import { PieceworkError } from '../contracts/errors.js'
import type { Upload } from '../contracts/format.js'
import type { Job, JobInput, JobRequest, JobStatus } from '../contracts/jobs.js'
import type { Principal } from '../contracts/principal.js'
import type { ResourceRef } from '../contracts/resource.js'
import { resourcePath } from '../guard/paths.js'
import { sameResource, walkTree } from '../plan/tree.js'
import type { Allow } from './allow.js'
import type { JobHandle, JobReport } from './handle.js'
import { checkParent, planInput } from './input-requests.js'
import { isTerminal } from './machine.js'
import { finishOnly } from './nodes.js'
import { openInput } from './prepared.js'
import type { Asked } from './requests.js'
import { makeShells, refuseShelless, removeShells } from './shells.js'
import { notFound } from './source.js'
import { jobPrefix } from './staging.js'
import type { Terms } from './terms.js'
import { checkRoles, missingRoles, receiveUpload, type UploadSource } from './uploads.js'
import { type ValidationResults, validationResults } from './validation-results.js'
import { type Parts, targetOf } from './work.js'

/** An import whose files are uploaded one after the other. */
export interface PrepareRequest {
  readonly principal: Principal
  /** A registered format. */
  readonly format: string
  readonly name: string
  readonly description?: string
  /** Parent of what is made, where it is not a root. */
  readonly into?: ResourceRef
  /** Leaves the uploads in the artifact store when the import has ended, until the resource is deleted. */
  readonly keepUploads?: true
}

/** How far a prepared import is. */
export interface PreparationStatus {
  /** `preparing` until it is asked to run; then that of the import. */
  readonly status: JobStatus
  /** None once they are deleted. */
  readonly uploads: readonly Upload[]
  /** Required roles that have no upload. */
  readonly missing: readonly string[]
}

export type PieceOptions = Pick<Asked, 'options' | 'priority'>

/** A hidden resource and what is to fill it. Any process may hold one; the job store is the truth. */
export interface Preparation {
  /** Of the import. */
  readonly job: string
  /** The shell; what is below it comes after it in `resources`. */
  readonly resource: ResourceRef
  readonly resources: readonly ResourceRef[]
  status(): Promise<PreparationStatus>
  /**
   * Streams a file into the artifact store; one of the same role is replaced. Throws `uploads-closed` once the import runs,
   * `upload-limit`, `options-invalid`.
   */
  upload(role: string, source: UploadSource): Promise<Upload>
  /** False where there is no such upload. Throws `uploads-closed` once the import runs. */
  removeUpload(id: string): Promise<boolean>
  /** Runs the validators over what is uploaded, as often as one likes. Throws `input-incomplete` naming all missing roles. */
  validate(options?: PieceOptions): Promise<JobHandle>
  /** Begins the import. Throws `input-incomplete` naming all missing roles, and `uploads-closed` where it has begun already. */
  run(options?: PieceOptions): Promise<JobHandle>
  /** What the latest validation has found so far, on its own or as part of the import. */
  validationResults(): Promise<ValidationResults>
  /** Stops what runs and removes the resource with all that is in it and all uploads. Throws `unsupported` after a success. */
  delete(signal?: AbortSignal): Promise<void>
}

/** What preparations need of the Piecework object. */
export interface Hands {
  /** Tells the new job, hands it over, and gives its handle. */
  accept(job: Promise<Job>): Promise<JobHandle>
  cancel(job: string): Promise<Job>
  ended(job: string, signal?: AbortSignal): Promise<JobReport>
}

export interface PreparationDesk {
  prepare(request: PrepareRequest): Promise<Preparation>
  /** Of the resource that an import of uploads makes or has made. Throws `resource-not-found`. */
  preparation(resource: ResourceRef): Promise<Preparation>
}

export function createPreparations(parts: Parts, allow: Allow, terms: Terms, hands: Hands): PreparationDesk {
  const { store, registry, artifacts, inputs } = parts

  const prepare = async (request: PrepareRequest): Promise<Preparation> => {
    const { principal, name, description, into, keepUploads } = request
    if (typeof name !== 'string' || name.trim() === '')
      throw new PieceworkError('options-invalid', 'What is prepared needs a name.')
    await allow(principal, 'import', into)
    const format = inputs.format(request.format)
    const { tree } = format
    if (!tree) {
      throw new PieceworkError('unsupported', `What the format "${format.name}" makes cannot be prepared.`)
    }
    refuseShelless(registry, tree)
    const line = await checkParent(registry, tree, into, store.database)
    const id = randomUUID()
    const target = targetOf(registry, { id }, tree)
    const asked: JobRequest = {
      options: {},
      name,
      input: { format: format.name, uploads: [] },
      ...(description !== undefined && { description }),
      ...(into && { into }),
      ...(keepUploads && { keepUploads }),
    }
    const claims = [resourcePath([...line, target])]
    const job = {
      id,
      kind: 'import' as const,
      tree,
      target,
      principal,
      request: asked,
      claims,
      ...finishOnly(),
    }
    const created = store.preparations.create(job, (tx) => makeShells(registry, job, tx))
    await hands.accept(created)
    return preparationOf(await created)
  }

  const preparation = async (resource: ResourceRef): Promise<Preparation> => {
    for (const job of await store.jobs.list({ resource })) {
      const { kind, target, request } = job
      if (kind !== 'import' || request.input?.format === 'archive') continue
      if (target && sameResource(target, resource)) return preparationOf(job)
    }
    throw notFound(resource)
  }

  const preparationOf = ({ id, tree, target, principal }: Job): Preparation => {
    const resources = walkTree(tree).map(({ ref }) => targetOf(registry, { id }, ref))
    const resource = target ?? targetOf(registry, { id }, tree)

    const current = async (): Promise<{ readonly job: Job; readonly input: JobInput }> => {
      const job = await store.jobs.get(id)
      const input = job?.request.input
      if (!job || !input) throw notFound(resource)
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
      upload: async (role, source) => {
        const { job, input } = await current()
        openInput(job)
        const asked = { job: id, id: randomUUID(), role, source }
        const upload = await receiveUpload(artifacts, inputs.format(input.format), asked)
        try {
          const before = await store.preparations.put(id, upload)
          if (before) await forget(before)
        } catch (error) {
          await forget(upload)
          throw error
        }
        return upload
      },
      removeUpload: async (upload) => {
        const removed = await store.preparations.remove(id, upload)
        if (removed) await forget(removed)
        return removed !== undefined
      },
      validate: async ({ options, priority } = {}) => {
        const { job, input } = await complete()
        openInput(job)
        return hands.accept(validation(job, input, options, priority))
      },
      run: async ({ options, ...asked } = {}) => {
        const { job, input } = await complete()
        openInput(job)
        const { tree: _, options: parsed, ...planned } = await planInput(parts, id, 'import', input, options)
        const request = { ...job.request, options: parsed }
        return hands.accept(store.preparations.run(id, { ...planned, ...terms(asked), request }))
      },
      validationResults: async () => validationResults(store, (await current()).job),
      delete: async (signal) => {
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

  return { prepare, preparation }
}

function rolesOf({ uploads }: JobInput): readonly string[] {
  return uploads.map(({ role }) => role)
}
