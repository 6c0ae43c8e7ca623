import type { Lease } from '../contracts/attempts.js'
import type { SealedCredential } from '../contracts/credentials.js'
import type { Environment } from '../contracts/environment.js'
import { PieceworkError } from '../contracts/errors.js'
import type { ResourcePath } from '../contracts/guard.js'
import type { Job, KeyedJob, NewJob, RequestKey } from '../contracts/jobs.js'
import type { Link } from '../contracts/links.js'
import type { MeterReading } from '../contracts/meters.js'
import type { NewNode } from '../contracts/nodes.js'
import type { OutboxAction, OutboxItem } from '../contracts/outbox.js'
import type { RecordEntry } from '../contracts/records.js'
import { type JobEvent, transition } from '../engine/machine.js'
import { taskOf } from '../engine/task-of.js'
import { changedPaths, overlaps } from '../guard/paths.js'
import { requestKeyUsed } from '../requests/request-key.js'
import { deliveryTaken, takenDeliveries } from '../requests/taken-deliveries.js'
import { assertKeptAt } from '../retention/kept-until.js'
import { addRecord } from './add-record.js'
import { MemoryAdmission } from './admission.js'
import { MemoryHolds } from './holds.js'
import { MemoryJob } from './memory-job.js'
import type { MemoryPutFile } from './memory-put-file.js'
import { type MemoryUpload, openUpload } from './memory-upload.js'

/** A job that may have a key. */
interface KeyedJobRequest extends Pick<Job, 'id' | 'principal'> {
  readonly requestKey: RequestKey | undefined
  readonly requestKeyOf: string | undefined
}

/** What the in-memory store's parts share. Every method is one step: nothing in it waits. */
export class MemoryState {
  readonly jobs = new Map<string, MemoryJob>()
  readonly environment: Environment
  readonly holds: MemoryHolds
  readonly admission = new MemoryAdmission<MemoryJob>()
  readonly outbox = new Map<string, OutboxItem>()
  readonly uploads = new Map<string, MemoryUpload>()
  /** By `keyOf`. */
  readonly requestKeys = new Map<string, KeyedJob>()
  /** What failed and cancelled exports had claimed, while nothing of it can have changed since. */
  readonly retriable = new Map<string, readonly ResourcePath[]>()
  /** Oldest first. */
  readonly records: RecordEntry[] = []
  readonly credentials = new Map<string, SealedCredential>()
  /** Oldest first. */
  readonly links = new Map<string, Link>()
  /** By minute and principal. */
  readonly readings = new Map<string, MeterReading>()
  /** Until when each is kept. */
  readonly revocations = new Map<string, Date>()
  /** By id, in order. */
  readonly putFiles = new Map<string, MemoryPutFile>()
  private items = 0
  private files = 0

  constructor(environment: Environment) {
    this.environment = environment
    this.holds = new MemoryHolds(environment)
  }

  now(): Date {
    return new Date(this.environment.now())
  }

  insert(
    {
      nodes,
      claims,
      record,
      requestKey,
      requestKeyOf,
      upload,
      limit,
      concurrentJobs,
      timeLimitMs,
      deliversOnce,
      ...request
    }: NewJob,
    status: 'pending' | 'draft',
  ): MemoryJob {
    const at = this.now()
    const begins = status === 'pending'
    const received = upload === undefined ? undefined : openUpload(this.uploads, upload, at)
    if (request.kind !== 'export')
      for (const { job } of (request.reads ?? []).flatMap((id) => this.jobs.get(id) ?? []))
        assertKeptAt(job, at)
    if (this.jobs.has(request.id)) throw new PieceworkError('internal', `Job ${request.id} exists.`)
    const keyed = { id: request.id, principal: request.principal, requestKey, requestKeyOf }
    this.assertUnused(keyed)
    if (deliversOnce) this.assertUndelivered(request)
    const throttled = begins && this.admission.mustThrottle(request.principal, { limit, concurrentJobs })
    this.holds.take(claims, { id: request.id, kind: request.kind, since: at })
    this.touch(changedPaths({ ...request, claims }))
    const job: Job = {
      ...request,
      status,
      batch: 0,
      result: {},
      createdAt: at,
      changes: [{ status, at }],
      ...(throttled && { throttled }),
      ...(begins && timeLimitMs !== undefined && { deadline: new Date(at.getTime() + timeLimitMs) }),
    }
    const turn = begins ? this.admission.turnOf(request.principal) : 0
    const entry = new MemoryJob(job, { limit, concurrentJobs, turn })
    this.admission.add(entry)
    this.plan(entry, nodes)
    this.jobs.set(job.id, entry)
    this.useKey(keyed)
    if (received) received.upload = { ...received.upload, finishedAt: at }
    if (record) addRecord(this.records, at.getTime(), record)
    return entry
  }

  /** Gives the job these nodes instead of those that it has. */
  plan(entry: MemoryJob, nodes: readonly NewNode[]): void {
    entry.nodes.clear()
    entry.open.length = 0
    for (const node of nodes) entry.add(node)
  }

  /** Throws `request-key-used`. */
  assertUnused({ principal, requestKey, requestKeyOf = principal.id }: KeyedJobRequest): void {
    const used = requestKey && this.requestKeys.get(keyOf(requestKeyOf, requestKey.key))
    if (used) throw requestKeyUsed(requestKey.key, used)
  }

  /** Throws `delivery-taken`. */
  private assertUndelivered({ request }: Pick<Job, 'request'>): void {
    const jobs = [...this.jobs.values()].map(({ job }) => job)
    const taken = takenDeliveries(request.delivers ?? '', jobs)
    for (const { key } of request.deliver ?? []) if (taken.has(key)) throw deliveryTaken({ request }, key)
  }

  /** Throws `request-key-used`. Returns what takes it back. */
  useKey(request: KeyedJobRequest): () => void {
    this.assertUnused(request)
    const { id, principal, requestKey, requestKeyOf = principal.id } = request
    if (!requestKey) return () => undefined
    const name = keyOf(requestKeyOf, requestKey.key)
    this.requestKeys.set(name, { job: id, digest: requestKey.digest })
    return () => void this.requestKeys.delete(name)
  }

  forget(entry: MemoryJob): void {
    this.jobs.delete(entry.job.id)
    this.admission.remove(entry)
    this.release(entry.job.id)
  }

  put(action: OutboxAction): void {
    this.items += 1
    const id = String(this.items)
    this.outbox.set(id, { id, action })
  }

  announce({ job, node, fence }: Lease, file: string): void {
    this.files += 1
    const id = String(this.files)
    const piece = node.piece ?? ''
    this.putFiles.set(id, { id, piece, file, job: job.id, node: node.id, fence, withdrawn: false })
  }

  submit(entry: MemoryJob, batch: number): void {
    for (const slot of entry.nodes.values())
      if (slot.node.batch === batch) slot.submittedAt = this.environment.now()
    this.put({ type: 'batch', job: entry.job.id, batch })
  }

  /** Adds nodes to the job; those of the current batch begin. */
  extend(entry: MemoryJob, nodes: readonly NewNode[]): void {
    const { job } = entry
    const isNow = ({ batch }: NewNode): boolean => batch === job.batch
    for (const node of nodes) {
      const slot = entry.add(node)
      if (!isNow(node)) continue
      slot.submittedAt = this.environment.now()
      if (node.task === 'plan')
        this.put({ type: 'task', task: taskOf(job, { id: node.id, attempt: 1 }), notBefore: this.now() })
    }
    if (nodes.some((node) => isNow(node) && node.task !== 'plan'))
      this.put({ type: 'batch', job: job.id, batch: job.batch })
  }

  apply(entry: MemoryJob, event: JobEvent): Job {
    const { job, effects } = transition(entry.job, event, this.now())
    entry.job = job
    for (const effect of effects) {
      if (effect.type === 'free') this.release(job.id)
      else if (effect.type === 'release') this.end(entry)
      else if (effect.type === 'follow') for (const node of effect.nodes) entry.add(node)
      else if (entry.open[effect.batch]) this.submit(entry, effect.batch)
      else return this.apply(entry, { type: 'batch-empty' })
    }
    return job
  }

  /** These paths may change from now on. */
  touch(paths: readonly ResourcePath[]): void {
    for (const [job, claimed] of this.retriable) {
      if (claimed.some((one) => paths.some((path) => overlaps(one, path)))) this.retriable.delete(job)
    }
  }

  /** Submits jobs that wait and have room. */
  admit(): readonly Job[] {
    return this.admission.admit((entry) => this.apply(entry, { type: 'admitted' }))
  }

  private end(entry: MemoryJob): void {
    const { id, kind, result, outcome } = entry.job
    for (const slot of entry.nodes.values()) {
      delete slot.keys
      delete slot.summary
      delete slot.kept
      if (outcome !== 'succeeded' && slot.node.status === 'waiting')
        slot.node = { ...slot.node, status: 'skipped', endedAt: this.now() }
    }
    for (const { id: file, job, node, fence, withdrawn } of this.putFiles.values()) {
      const isKept = !withdrawn && outcome === 'succeeded' && entry.nodes.get(node)?.fence === fence
      if (job === id && isKept) this.putFiles.delete(file)
    }
    const claimed = this.release(id)
    if (kind === 'export' && result.retryUntil && claimed.length > 0) this.retriable.set(id, claimed)
    this.admission.remove(entry)
    this.admit()
  }

  private release(job: string): readonly ResourcePath[] {
    return this.holds.freeAll(job, { byHost: false })
  }
}

export function entryOf(state: MemoryState, id: string): MemoryJob {
  const entry = state.jobs.get(id)
  if (!entry) throw new PieceworkError('job-not-found', `There is no job ${id}.`)
  return entry
}

export const keyOf = (principal: string, key: string): string => JSON.stringify([principal, key])
