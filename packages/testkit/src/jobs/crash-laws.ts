import assert from 'node:assert/strict'
import { setTimeout as sleep } from 'node:timers/promises'
import { isPieceworkError, type Store, type Task } from '@piecework/core/store'
import fc from 'fast-check'
import type { LawTest } from '../law.js'
import { type JobBench, jobBench, nothing, sampleError } from './job-bench.js'
import type { JobStoreLawsOptions } from './job-store-laws-options.js'

/** What becomes of one attempt. A crashed one keeps its lease until it lapses. */
type Fate = 'done' | 'failed' | 'retried' | 'crashed'

const leaseMs = 150

/** Laws of jobs whose workers come and go. Run by `jobStoreLaws`. */
export function crashLaws(test: LawTest, { make }: JobStoreLawsOptions): void {
  test('one truth: whatever fails, crashes or comes twice, a job ends in order, each node done once', async () => {
    const store = await make({ leaseMs })
    const sizes = fc.array(fc.integer({ min: 1, max: 3 }), { minLength: 1, maxLength: 3 })
    const fate = fc.oneof(
      { weight: 12, arbitrary: fc.constant<Fate>('done') },
      { weight: 2, arbitrary: fc.constant<Fate>('retried') },
      { weight: 1, arbitrary: fc.constant<Fate>('failed') },
      { weight: 1, arbitrary: fc.constant<Fate>('crashed') },
    )
    const property = fc.asyncProperty(sizes, fc.array(fate, { maxLength: 12 }), async (batches, fates) => {
      const pieces = batches.map((size, batch) => Array.from({ length: size }, (_, n) => `${batch}-${n}`))
      await live(await jobBench(store, { batches: pieces }), fates)
    })
    const numRuns = 15 + fateCases.length
    await fc.assert(property, { numRuns, examples: fateCases, endOnFailure: true })
  })
}

/** Sizes of batches, and fates: each of them alone, at the end of a batch, and one after the other. */
const fateCases: [batches: number[], fates: Fate[]][] = [
  [
    [2, 1],
    ['done', 'done', 'done'],
  ],
  [
    [2, 1],
    ['crashed', 'done', 'done', 'crashed'],
  ],
  [
    [1, 2],
    ['retried', 'done', 'retried', 'retried'],
  ],
  [
    [2, 1],
    ['done', 'failed'],
  ],
  [
    [3, 2],
    ['crashed', 'retried', 'failed', 'done', 'crashed'],
  ],
]

/** Plays runtime, relay, workers and sweep until the job is terminal, and checks what must hold on the way. */
async function live(bench: JobBench, fates: readonly Fate[]): Promise<void> {
  const { store, id } = bench
  const left = [...fates]
  const ended = new Map<string, Fate>()
  const carried = new Set<string>()
  for (let round = 0; !['succeeded', 'failed'].includes((await bench.job()).status); round++) {
    assert.ok(round < 100, 'the job does not end')
    const before = ended.size
    for (const task of await tasksOf(store, id, carried)) {
      const lease = await store.attempts.begin(task, 'worker-of-the-laws')
      if (!lease) continue
      assert.ok(!ended.has(task.node), `${task.node} has ended and was begun again`)
      await startedInOrder(bench, lease.node.batch, lease.node.task === 'finish')
      const fate = lease.node.task === 'finish' ? 'done' : (left.shift() ?? 'done')
      if (fate === 'crashed') continue
      const end = {
        done: () => store.attempts.run(lease, nothing({ counts: { rows: 1 } })),
        failed: () => store.attempts.fail(lease, sampleError, []),
        retried: () => store.attempts.fail(lease, sampleError, [], 1),
      }[fate]
      // A machine that is slow enough for the lease to lapse has crashed as far as the store can tell.
      const lost = await end().then(
        () => false,
        (error: unknown) => isPieceworkError(error, 'lease-lost') || Promise.reject(error),
      )
      if (!lost && fate !== 'retried') ended.set(task.node, fate)
    }
    if (ended.size === before) await sleep(leaseMs / 3)
  }
  const failed = [...ended.values()].includes('failed')
  const job = await bench.job()
  assert.equal(job.status, failed ? 'failed' : 'succeeded')
  assert.equal(job.changes.at(-1)?.status, job.status)
  for (const node of await store.reports.nodes(id)) {
    const fate = ended.get(node.id)
    assert.equal(node.status, fate ?? node.status)
    if (!failed) assert.equal(fate, 'done', `${node.id} was never done`)
  }
  await store.guard.checkEditable(bench.path)
}

/** What the outbox holds, each item twice before it is acknowledged; and what the sweep finds. */
async function tasksOf(store: Store, id: string, carried: Set<string>): Promise<readonly Task[]> {
  const tasks: Task[] = []
  for (const { id: item, action } of await store.outbox.pending(10_000)) {
    if ((action.type === 'batch' ? action.job : action.task.job) !== id) continue
    if (action.type === 'task') tasks.push(action.task)
    else {
      const nodes = await store.reports.nodes(action.job, { batch: action.batch })
      tasks.push(...nodes.map(({ id: node, attempt }) => ({ job: action.job, node, attempt })))
    }
    if (carried.has(item)) await store.outbox.acknowledge([item])
    carried.add(item)
  }
  tasks.push(...(await store.attempts.overdue(new Date())))
  return tasks.filter(({ job }) => job === id)
}

async function startedInOrder({ store, id }: JobBench, batch: number, finish: boolean): Promise<void> {
  const job = await store.jobs.get(id)
  const earlier = (await store.reports.nodes(id)).filter((node) => node.batch < batch)
  for (const { id: node, status } of earlier) {
    if (!finish) assert.equal(status, 'done', `a later batch began while ${node} was ${status}`)
    else assert.notEqual(status, 'running', `the last step began while ${node} was running`)
  }
  if (finish) assert.ok(job?.outcome, 'the last step began before the outcome was known')
}
