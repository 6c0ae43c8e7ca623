import assert from 'node:assert/strict'
import type {
  Job,
  JobError,
  JobNode,
  Lease,
  NodeResult,
  OutboxAction,
  Store,
  Transaction,
} from '@piecework/core/store'
import { nodeOf, type SampleJob, sampleJob } from './sample-job.js'

/** One job in a store, and short words for what workers do with it. Nodes are named by their piece, or else by their id. */
export interface JobBench {
  readonly store: Store
  readonly id: string
  /** The path that the job claims. */
  readonly path: string
  job(): Promise<Job>
  node(piece: string): Promise<JobNode>
  /** What the outbox holds for this job, oldest first. */
  outbox(): Promise<readonly OutboxAction[]>
  /** Batches that the outbox holds for this job. */
  batches(): Promise<readonly number[]>
  begin(piece: string, attempt?: number): Promise<Lease | undefined>
  /** A lease, or the law fails. */
  lease(piece: string, attempt?: number): Promise<Lease>
  /** Begins and ends a node well. */
  done(piece: string, result?: NodeResult): Promise<Job>
  /** Begins a node and lets it fail for good. */
  failed(piece: string, error?: JobError): Promise<Job>
}

/** Longer than any law takes. */
export const longLease = { leaseMs: 60_000 }

export const sampleError: JobError = { code: 'sample/broken', message: 'It broke.', retryable: false }

/** A job without the database that its work would use. */
export const nothing =
  (result: NodeResult = {}): ((tx: Transaction) => Promise<NodeResult>) =>
  async () =>
    result

export async function jobBench(store: Store, sample?: SampleJob): Promise<JobBench> {
  const created = sampleJob(sample)
  const { id } = await store.jobs.create(created)
  const nodeId = (piece: string): string =>
    created.nodes.some((node) => node.id === piece) ? piece : nodeOf(created, piece)

  const bench: JobBench = {
    store,
    id,
    path: created.claims[0] ?? '',
    job: async () => (await store.jobs.get(id)) ?? assert.fail('the job is gone'),
    node: async (piece) =>
      (await store.reports.node(id, nodeId(piece))) ?? assert.fail(`there is no node of ${piece}`),
    outbox: async () =>
      (await store.outbox.pending(10_000))
        .map(({ action }) => action)
        .filter((action) => (action.type === 'batch' ? action.job : action.task.job) === id),
    batches: async () =>
      (await bench.outbox()).flatMap((action) => (action.type === 'batch' ? [action.batch] : [])),
    begin: (piece, attempt = 1) =>
      store.attempts.begin({ job: id, node: nodeId(piece), attempt }, 'worker-of-the-laws'),
    lease: async (piece, attempt) =>
      (await bench.begin(piece, attempt)) ?? assert.fail(`no lease was given for ${piece}`),
    done: async (piece, result) => store.attempts.run(await bench.lease(piece), nothing(result)),
    failed: async (piece, error = sampleError) => store.attempts.fail(await bench.lease(piece), error, []),
  }
  return bench
}
