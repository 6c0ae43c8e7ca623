import { type AccessQuestions, createAccessQuestions } from './access/access-questions.js'
import { type Allow, createAllow } from './access/allow.js'
import { allowJob } from './access/allow-job.js'
import { allowResource } from './access/allow-resource.js'
import { archiveFormat } from './archive/format.js'
import { manifestSigner } from './archive/sign.js'
import { createTrust } from './archive/trust.js'
import { type ArchiveTools, createArchiveTools } from './archive-tools.js'
import type { Queryable } from './contracts/database.js'
import { PieceworkError } from './contracts/errors.js'
import type { Job } from './contracts/jobs.js'
import type { JobNode } from './contracts/nodes.js'
import type { AskedBy } from './contracts/principal.js'
import type { ReplacedValue } from './contracts/replaced-values.js'
import type { ResourceRef } from './contracts/resource.js'
import { defaults } from './defaults.js'
import type { ImportDrafts } from './drafts/draft.js'
import { createDrafts } from './drafts/drafts.js'
import { createEngine } from './engine/engine.js'
import type { PieceworkEmitter } from './events.js'
import { createFollowUps } from './follow-ups/follow-ups.js'
import { type HostGuard, hostGuard } from './guard/host-guard.js'
import { existingJob } from './handle/existing-job.js'
import { type JobsRequest, jobArguments, type WatchRequest } from './handle/job-arguments.js'
import { createJobControl } from './handle/job-control.js'
import type { JobHandle } from './handle/job-handle.js'
import type { JobReport } from './handle/job-report.js'
import { jobSteps, type StepsRequest, stepsChecks } from './handle/job-steps.js'
import type { JobUpdate } from './handle/job-update.js'
import { listViewable } from './handle/list-viewable.js'
import { createWatcher } from './handle/watcher.js'
import { check } from './options/check.js'
import { checkArgument, checkOptions } from './options/check-options.js'
import { checkPieceworkOptions, type PieceworkOptions } from './piecework-options.js'
import { canonicalRef } from './plan/canonical-ref.js'
import { provideParts } from './provide-parts.js'
import { type AccessRecord, createAccessRecord } from './record/read-record.js'
import { type RecordedRequests, recordedRequests } from './record/recorded-requests.js'
import { createJoinedRecorder, createRecorder } from './record/recorder.js'
import { type Registered, registeredOf } from './registered.js'
import { addFollowUps, type FollowUpsRequest } from './requests/add-follow-ups.js'
import type { CloneRequest, ExportRequest } from './requests/export-request.js'
import type { ImportRequest } from './requests/import-request.js'
import { createInputs } from './requests/inputs.js'
import { createJobLimits } from './requests/job-limits.js'
import { createRedeliver, type RedeliverRequest } from './requests/redeliver.js'
import type { KeyedRequest } from './requests/request-key.js'
import { createRequestOnce } from './requests/request-once.js'
import { createRequests } from './requests/requests.js'
import { createRetry, type RetryRequest } from './requests/retry.js'
import { systemEnvironment } from './system-environment.js'
import { uploadSettings } from './uploads/upload-request.js'
import { createUploads, type ResumableUploads } from './uploads/uploads.js'

/** Requests that can join a host's transaction. */
export interface PieceworkRequests {
  export(request: ExportRequest): Promise<JobHandle>
  import(request: ImportRequest): Promise<JobHandle>
  clone(request: CloneRequest): Promise<JobHandle>
}

/**
 * The one object that a host holds. The access policy is asked by every call that names a resource, a job, an
 * artifact, a draft or a holder: docs/access.md.
 */
export interface Piecework
  extends PieceworkRequests,
    ImportDrafts,
    ResumableUploads,
    ArchiveTools,
    AccessRecord,
    AccessQuestions {
  /** Takes up work; requests made before wait. */
  start(): Promise<void>
  /** Waits up to `drainMs` (default 0) for what runs and gives the rest back. */
  stop(options?: { readonly drainMs?: number }): Promise<void>
  /**
   * Repeats the request of a failed or cancelled job; `retryOf` of the new job names it. An export takes over
   * the work that was finished, if nothing can have changed since; imports and clones start clean. Throws
   * `unsupported` for any other job, `expired` if an import's uploads are not kept any more.
   */
  retry(id: string, request: RetryRequest): Promise<JobHandle>
  /**
   * Delivers what an ended export has made: again, or to other targets. Nothing is made again. Throws
   * `unsupported` for a job that has not ended, has made nothing or has nothing left to deliver, and `expired`.
   */
  redeliver(id: string, request: RedeliverRequest): Promise<JobHandle>
  /**
   * Adds to what follows the end of a job that has not ended, for who has asked for it; what is listed already is not listed
   * twice. Throws `job-not-found`, `forbidden`, `unsupported` for a job that has ended.
   */
  addFollowUps(id: string, request: FollowUpsRequest): Promise<Job>
  /** To call when the host has deleted a resource: its archives expire. */
  forget(resource: ResourceRef, by?: AskedBy): Promise<void>
  /** Runs exactly the validators that an import would run and writes nothing. */
  validate(request: ImportRequest): Promise<JobHandle>
  /** Throws `job-not-found`, `forbidden`. */
  job(id: string, by: AskedBy): Promise<JobReport>
  /** What a job does, page by page: each piece of each resource, and steps of its own. Throws `job-not-found`, `forbidden`. */
  steps(id: string, request: StepsRequest): Promise<readonly JobNode[]>
  /**
   * What was written instead of values that were taken (`unique` of table pieces), in the order in which it was decided.
   * Throws `job-not-found`, `forbidden`.
   */
  replacedValues(id: string, by: AskedBy): AsyncIterable<ReplacedValue>
  /** Newest first, without those that the principal may not see. `after`: the id of the last one of the page before. */
  jobs(request: JobsRequest): Promise<readonly Job[]>
  /** Follows a job of any process until it is terminal. */
  watch(id: string, request: WatchRequest): AsyncIterable<JobUpdate>
  /**
   * Resolves when the cancel is recorded; the job ends soon after. Of a job that has failed, what still runs
   * is stopped; one that is in its last step or has ended stays as it is. Of one that is `delivering`, the
   * deliveries are stopped; what it has made and delivered stays. Throws `job-not-found`, `forbidden`.
   */
  cancel(id: string, by: AskedBy): Promise<Job>
  /** Requests that commit with the host's own transaction and start after it. */
  using(tx: Queryable): PieceworkRequests
  /** For the host's own edits and long jobs. */
  readonly guard: HostGuard
  /** Kinds and formats of the packs. */
  readonly registered: Registered
  readonly events: PieceworkEmitter
}

/** Refuses what could not work later (`registry-invalid`, `options-invalid`); starts nothing. */
export function createPiecework(given: PieceworkOptions): Piecework {
  const options = checkPieceworkOptions(given)
  const { environment = systemEnvironment } = options
  const { runtime, access, ...parts } = provideParts(options, environment)
  const { store, artifacts, registry, events } = parts
  const trust = createTrust(options.trust)
  const archives = archiveFormat(options.limits, trust)
  const inputs = createInputs(registry, artifacts, archives, environment)
  const sign = options.signing && manifestSigner(options.signing)
  const recorder = createRecorder({ store, events })
  const allow = createAllow(access, recorder.refused)
  const followUps = createFollowUps(options.followUps)
  const jobLimits = createJobLimits(options)
  const { session, limits, downloadsPerMinute } = options
  const deps = {
    ...parts,
    environment,
    inputs,
    allow,
    recorder,
    followUps,
    jobLimits,
    limits,
    ...(sign && { sign }),
    ...(session && { session }),
    ...(downloadsPerMinute && { downloadsPerMinute }),
  }
  const engine = createEngine(deps, runtime, events, options)
  const rolesOf = (format: string) => Object.keys(registry.formats.get(format)?.roles ?? {})
  const watcher = createWatcher({ store, environment, events, progressOf: engine.progressOf, rolesOf })
  const control = createJobControl({ store, engine, watcher, events, allow, recorder })
  const requests = createRequests(deps)
  const redeliver = createRedeliver(deps)
  const joinedRecorder = createJoinedRecorder({ store, events })
  const joinedAllow = createAllow(access, joinedRecorder.refused)
  const once = createRequestOnce(store)
  /** Stores the job of a request, or finds it. With `tx`, it commits with the host's transaction. */
  const asking =
    (may: Allow, tx?: Queryable): AskForJob =>
    (subject, request, make) =>
      once(subject, request, {
        make: () => control.accept(make(), { joined: tx !== undefined }),
        from: async (job) => {
          await allowJob(may, request.principal, 'view', job)
          return control.handle(job)
        },
        tx,
      })
  const ask = asking(allow)
  const others = { retry: createRetry(deps, requests, redeliver), redeliver }
  const recorded = recordedRequests(recorder, requests, others)
  const joined = recordedRequests(joinedRecorder, createRequests({ ...deps, allow: joinedAllow }), others)
  // Jobs of a kind that is registered no more are there still.
  const canonical = async (ref: ResourceRef) =>
    registry.kinds.has(ref.kind) ? canonicalRef(registry, store.database, ref) : ref
  return {
    start: () => engine.start(),
    stop: async (options) => engine.stop(checkOptions('stop()', options, { drainMs: check.duration })),
    ...requestsWith(recorded, ask),
    validate: (request) => ask('validate()', request, () => recorded.validate(request)),
    retry: (id, request) => ask('retry()', request, () => recorded.retry(id, request)),
    redeliver: (id, request) => ask('redeliver()', request, () => recorded.redeliver(id, request)),
    addFollowUps: (id, request) => addFollowUps({ ...deps, recorder }, id, request),
    forget: async (given, by) => {
      const resource = await canonical(checkArgument('forget()', 'it', given, check.resource))
      const principal = jobArguments.principal('forget()', by)
      await allowResource(allow, principal, 'forget', resource)
      await recorder.allowed({ principal, action: 'forget', resource })
      await engine.forget(resource)
    },
    ...createAccessRecord({ store, allow, canonical }),
    ...createAccessQuestions({ store, registry, allow, canonical }),
    ...createArchiveTools({ ...deps, trust }),
    ...createDrafts({ ...deps, control, once, draftTtlMs: options.draftTtlMs ?? defaults.draftTtlMs }),
    ...createUploads({ ...deps, uploads: uploadSettings(options) }),
    job: async (id, by) => {
      const principal = jobArguments.principal('job()', by)
      const job = await existingJob(store, id)
      await allowJob(allow, principal, 'view', job)
      return watcher.report(job)
    },
    steps: async (id, request) => {
      const { principal, ...page } = checkOptions('steps()', request, stepsChecks)
      const job = await existingJob(store, id, 'steps()')
      await allowJob(allow, principal, 'view', job)
      return jobSteps(store.reports, job, page)
    },
    replacedValues: async function* (id, by) {
      const principal = jobArguments.principal('replacedValues()', by)
      await allowJob(allow, principal, 'view', await existingJob(store, id, 'replacedValues()'))
      for (let page = await store.replacedValues.page(id); page; ) {
        yield* page.values
        page = await store.replacedValues.page(id, page.id)
      }
    },
    jobs: async (request) => {
      const { principal, resource, ...filter } = jobArguments.list(request)
      return listViewable(deps, principal, {
        ...filter,
        ...(resource && { resource: await canonical(resource) }),
      })
    },
    watch: async function* (id, request) {
      const { principal, signal } = jobArguments.watch(request)
      await allowJob(allow, principal, 'view', await existingJob(store, id, 'watch()'))
      yield* watcher.watch(id, signal)
    },
    cancel: async (id, by) =>
      control.cancel(jobArguments.id('cancel()', id), jobArguments.principal('cancel()', by)),
    using: (tx) => requestsWith(joined, asking(joinedAllow, checkedQueryable(tx)), tx),
    registered: registeredOf(registry, archives),
    guard: hostGuard({ guard: store.guard, registry, db: store.database, allow }),
    events,
  }
}

function checkedQueryable(tx: Queryable): Queryable {
  if (typeof tx?.query === 'function') return tx
  throw new PieceworkError(
    'options-invalid',
    'using() takes a Queryable, for instance fromKnex(transaction).',
  )
}

/** How a job comes of a request: `make` stores it, unless the same request has made one already. */
type AskForJob = (subject: string, request: KeyedRequest, make: () => Promise<Job>) => Promise<JobHandle>

function requestsWith(
  requests: Pick<RecordedRequests, 'export' | 'import' | 'clone'>,
  ask: AskForJob,
  tx?: Queryable,
): PieceworkRequests {
  return {
    export: (request) => ask('export()', request, () => requests.export(request, tx)),
    import: (request) => ask('import()', request, () => requests.import(request, tx)),
    clone: (request) => ask('clone()', request, () => requests.clone(request, tx)),
  }
}
