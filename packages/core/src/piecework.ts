import { type Allow, createAllow } from './access/allow.js'
import { archiveFormat } from './archive/format.js'
import { manifestSigner } from './archive/sign.js'
import { createTrust } from './archive/trust.js'
import { type ArchiveTools, createArchiveTools } from './archive-tools.js'
import { checkedArtifacts } from './artifacts/checked-artifacts.js'
import { memoryArtifacts } from './artifacts/memory-artifacts.js'
import { createContainer, tokens } from './container.js'
import type { ArtifactStore } from './contracts/artifacts.js'
import type { Queryable } from './contracts/database.js'
import { PieceworkError } from './contracts/errors.js'
import type { Job, JobFilter } from './contracts/jobs.js'
import type { Principal } from './contracts/principal.js'
import type { ResourceRef } from './contracts/resource.js'
import type { Runtime } from './contracts/runtime.js'
import type { Store } from './contracts/store.js'
import type { ImportDrafts } from './drafts/draft.js'
import type { JobControl } from './drafts/draft-handle.js'
import { createDrafts } from './drafts/drafts.js'
import { createEngine, type Engine } from './engine/engine.js'
import { isTerminal } from './engine/machine.js'
import { createEmitter, type PieceworkEmitter } from './events.js'
import { type HostGuard, hostGuard } from './guard/host-guard.js'
import { jobArguments } from './handle/job-arguments.js'
import {
  createHandle,
  createWatcher,
  type JobHandle,
  type JobReport,
  type JobUpdate,
  type Watcher,
} from './handle/job-handle.js'
import { memoryStore } from './memory/store.js'
import { check } from './options/check.js'
import { checkArgument, checkOptions } from './options/check-options.js'
import { checkPieceworkOptions, type PieceworkOptions } from './piecework-options.js'
import { createRegistry, type Registry } from './plan/registry.js'
import type { CloneRequest, ExportRequest } from './requests/export-request.js'
import type { ImportRequest } from './requests/import-request.js'
import { createInputRequests, type InputRequests } from './requests/input-requests.js'
import { createInputs, type Inputs } from './requests/inputs.js'
import { createJobLimits } from './requests/job-limits.js'
import { createRequests, type Requests } from './requests/requests.js'
import { createRetry, type Retry, type RetryRequest } from './requests/retry.js'

/** What can be asked inside a host's transaction. */
export interface PieceworkRequests {
  export(request: ExportRequest): Promise<JobHandle>
  import(request: ImportRequest): Promise<JobHandle>
  clone(request: CloneRequest): Promise<JobHandle>
}

/** The one object that a host holds. */
export interface Piecework extends PieceworkRequests, ImportDrafts, ArchiveTools {
  /** Takes up work; requests made before wait. */
  start(): Promise<void>
  /** Waits up to `drainMs` (default 0) for what runs and gives the rest back. */
  stop(options?: { readonly drainMs?: number }): Promise<void>
  /**
   * Asks again for what a failed or cancelled job was asked for; `retryOf` of the new job names it. An export takes over the work that was
   * finished, where nothing can have changed since; imports and clones start clean. Throws `unsupported` for any other job,
   * `expired` where an import's uploads are not kept any more.
   */
  retry(id: string, request: RetryRequest): Promise<JobHandle>
  /** Tell that the host has deleted a resource: its archives expire. */
  forget(resource: ResourceRef): Promise<void>
  /** Runs exactly the validators that an import would run and writes nothing. */
  validate(request: ImportRequest): Promise<JobHandle>
  /** Throws `job-not-found`. */
  job(id: string): Promise<JobReport>
  /** Newest first. */
  jobs(filter?: JobFilter): Promise<readonly Job[]>
  /** Follows a job of any process until it is terminal. */
  watch(id: string, signal?: AbortSignal): AsyncIterable<JobUpdate>
  /**
   * Resolves when the cancel is recorded; the job ends soon after. Of a job that has failed, what still runs is
   * stopped; one that is in its last step or has ended stays as it is. With a principal, the access policy is asked. Throws `job-not-found`, `forbidden`.
   */
  cancel(id: string, by?: { readonly principal: Principal }): Promise<Job>
  /** Requests that commit with the host's own transaction and start after it. */
  using(tx: Queryable): PieceworkRequests
  /** For the host's own edits and long jobs. */
  readonly guard: HostGuard
  readonly events: PieceworkEmitter
}

/** Refuses what could not work later (`registry-invalid`, `options-invalid`); starts nothing. */
export function createPiecework(given: PieceworkOptions): Piecework {
  const options = checkPieceworkOptions(given)
  const container = createContainer(options.container)
  const { signing, limits } = options
  const trust = createTrust(options.trust)
  container.register<Store>(tokens.store, (c) => (options.store ? c.provide(options.store) : memoryStore()))
  container.register<ArtifactStore>(tokens.artifacts, (c) =>
    options.artifacts ? c.provide(options.artifacts) : memoryArtifacts(),
  )
  container.register<Runtime>(tokens.runtime, (c) => c.provide(options.runtime))
  container.register<Registry>(tokens.registry, (c) =>
    createRegistry(options.packs.map((pack) => c.provide(pack))),
  )
  container.register<PieceworkEmitter>(tokens.events, createEmitter)
  const artifacts = checkedArtifacts(container.get<ArtifactStore>(tokens.artifacts))
  container.register<Inputs>(tokens.inputs, (c) =>
    createInputs(c.get(tokens.registry), artifacts, archiveFormat(limits, trust)),
  )
  const parts = {
    store: container.get<Store>(tokens.store),
    artifacts,
    registry: container.get<Registry>(tokens.registry),
    inputs: container.get<Inputs>(tokens.inputs),
    ...(signing && { sign: manifestSigner(signing) }),
  }
  const events = container.get<PieceworkEmitter>(tokens.events)
  container.register<Engine>(tokens.engine, (c) =>
    createEngine(parts, c.get(tokens.runtime), events, options),
  )
  container.register<Watcher>(tokens.watcher, (c) => createWatcher(parts.store, c.get(tokens.engine), events))
  const allow = createAllow(options.access && container.provide(options.access))
  const terms = createJobLimits(options)
  const requests = { ...createRequests(parts, allow, terms), ...createInputRequests(parts, allow, terms) }
  return assemble(container, parts.store, {
    ...requests,
    allow,
    retry: createRetry(parts, allow, requests),
    preparations: (hands) => createDrafts(parts, allow, terms, hands),
    readings: createArchiveTools({ ...parts, allow, limits, trust }),
  })
}

interface Services extends Requests, InputRequests {
  readonly allow: Allow
  readonly retry: Retry
  preparations(hands: JobControl): ImportDrafts
  readonly readings: ArchiveTools
}

function assemble(
  container: ReturnType<typeof createContainer>,
  store: Store,
  requests: Services,
): Piecework {
  const engine = container.get<Engine>(tokens.engine)
  const watcher = container.get<Watcher>(tokens.watcher)
  const events = container.get<PieceworkEmitter>(tokens.events)
  const registry = container.get<Registry>(tokens.registry)
  let started = false

  /** Its errors are events: nobody waits for it. */
  const handOver = (): void => {
    if (started) void engine.dispatch()
  }
  const cancel = async (id: string): Promise<Job> => {
    const recorded = store.jobs.cancel(id)
    // Where there is one connection, the record waits for the transaction that is to be aborted.
    engine.abort(id, recorded)
    const job = await recorded
    if (!isTerminal(job.status)) engine.report(job)
    handOver()
    return job
  }
  const allowCancel = async (id: string, principal: Principal): Promise<void> => {
    const job = await store.jobs.get(id)
    if (!job) return
    const made = job.kind === 'import' || job.kind === 'validation'
    const { kind, id: source } = job.tree
    await requests.allow(principal, 'cancel', made ? job.target : { kind, id: source }, job)
  }
  const accept = async (request: Promise<Job>, joined = false): Promise<JobHandle> => {
    const job = await request
    events.emit('job:created', job)
    // What joins a host's transaction is found by the sweep once that has committed.
    if (!joined) handOver()
    return createHandle(job.id, watcher, async () => void (await cancel(job.id)))
  }

  return {
    start: async () => {
      started = true
      await engine.start()
    },
    stop: async (options) => {
      const drain = checkOptions('stop()', options, { drainMs: check.wait })
      started = false
      await engine.stop(drain)
    },
    export: (request) => accept(requests.export(request)),
    import: (request) => accept(requests.import(request)),
    clone: (request) => accept(requests.clone(request)),
    validate: (request) => accept(requests.validate(request)),
    retry: (id, request) => accept(requests.retry(id, request)),
    forget: async (resource) => engine.forget(checkArgument('forget()', 'it', resource, check.resource)),
    ...requests.readings,
    ...requests.preparations({ accept, cancel, ended: watcher.ended }),
    job: (id) => watcher.report(id),
    jobs: async (filter) => store.jobs.list(jobArguments.filter(filter)),
    watch: (id, signal) => watcher.watch(id, signal),
    cancel: async (id, by) => {
      jobArguments.id('cancel()', id)
      if (by !== undefined) await allowCancel(id, jobArguments.canceller(by))
      return cancel(id)
    },
    using: (tx) => {
      if (typeof tx.query !== 'function') {
        throw new PieceworkError(
          'options-invalid',
          'using() takes a Queryable, for instance fromKnex(transaction).',
        )
      }
      return {
        export: (request) => accept(requests.export(request, tx), true),
        import: (request) => accept(requests.import(request, tx), true),
        clone: (request) => accept(requests.clone(request, tx), true),
      }
    },
    guard: hostGuard(store.guard, registry, store.database),
    events,
  }
}
