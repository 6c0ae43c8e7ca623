import assert from 'node:assert/strict'
import type { JobNode, JobSummary, Lease, NodeTask, StageSummary } from '@piecework/core/store'
import type { LawTest } from '../law.js'
import { type JobBench, jobBench, longLease, nothing, sampleError } from './job-bench.js'
import type { JobStoreLawsOptions } from './job-store-laws-options.js'

/** Laws of the sums over a job's nodes. Run by `jobStoreLaws`. */
export function stageLaws(test: LawTest, { make }: JobStoreLawsOptions): void {
  test('one truth: a summary is the sum of the nodes, and its revision grows with each change', async () => {
    const bench = await jobBench(await make(longLease), { batches: [['a', 'b', 'c'], ['d']] })
    let revision = (await summed(bench)).revision
    for (const [what, change] of Object.entries(changes(bench))) {
      await change()
      const summary = await summed(bench)
      assert.ok(summary.revision > revision, `${what}: the revision stays ${revision}`)
      revision = summary.revision
      assert.equal((await summed(bench)).revision, revision, `${what}: it grows without a change`)
    }
    assert.equal((await bench.job()).status, 'failed')
  })

  test('a summary lists the nodes that run, as they are', async () => {
    const bench = await jobBench(await make(longLease))
    await bench.done('b', { counts: { rows: 1 } })
    const lease = await bench.lease('a')
    await bench.store.attempts.heartbeat(lease, { done: 3, total: 4, bytes: 10 })
    const { running } = await summaryOf(bench)
    assert.deepEqual(running, [await bench.node('a')])
  })

  test('there is no summary of a job that is not there', async () => {
    const store = await make(longLease)
    assert.equal(await store.reports.summary('00000000-0000-4000-8000-000000000000'), undefined)
  })

  test('pages of nodes hold each node once, in order', async () => {
    const bench = await jobBench(await make(longLease), {
      batches: [
        ['z', 'B', 'a'],
        ['C', 'b', 'a2'],
      ],
    })
    const { reports } = bench.store
    const all = await reports.nodes(bench.id)
    for (const limit of [1, 2, 4, 7]) {
      const paged: JobNode[] = []
      for (let after: JobNode | undefined; ; after = paged.at(-1)) {
        const page = await reports.nodes(bench.id, { limit, ...(after && { after }) })
        assert.ok(page.length <= limit)
        paged.push(...page)
        if (page.length < limit) break
      }
      assert.deepEqual(paged, all)
    }
    const [first] = all.filter(({ batch }) => batch === 1)
    assert.deepEqual(
      await reports.nodes(bench.id, { batch: 1, limit: 9, ...(first && { after: first }) }),
      all.filter(({ batch }) => batch === 1).slice(1),
    )
  })
}

/** All that can happen to a node, and the end of a job. */
function changes(bench: JobBench): Readonly<Record<string, () => Promise<unknown>>> {
  const { attempts, jobs } = bench.store
  const leases = new Map<string, Lease>()
  const begin =
    (piece: string, attempt = 1) =>
    async () =>
      leases.set(piece, await bench.lease(piece, attempt))
  const of = (piece: string): Lease => leases.get(piece) ?? assert.fail(`${piece} has not begun`)
  return {
    'the first batch is submitted': () => jobs.submitted(bench.id),
    'a node begins': begin('a'),
    'a second node begins': begin('b'),
    'a node reports': () => attempts.heartbeat(of('b'), { done: 3, total: 4, bytes: 10 }),
    'a node is done': () =>
      bench.done('c', { counts: { rows: 5, skipped: 2 }, progress: { done: 9, bytes: 90 } }),
    'an attempt fails': () => attempts.fail(of('b'), sampleError, [], 0),
    'the next attempt begins': begin('b', 2),
    'an attempt is given back': () => attempts.fail(of('b'), sampleError, [], { givenBackForMs: 0 }),
    'it is taken': begin('b', 2),
    'a node fails': () => attempts.fail(of('b'), sampleError, []),
    'what goes on is stopped': () => jobs.cancel(bench.id),
    'the last node of the batch ends': () =>
      attempts.run(of('a'), nothing({ counts: { rows: 7, bytes: 70 } })),
    'the job ends': () => bench.done('finish'),
  }
}

async function summaryOf({ store, id }: JobBench): Promise<JobSummary> {
  return (await store.reports.summary(id)) ?? assert.fail('there is no summary')
}

/** The summary, which must be what the job and its nodes say. */
async function summed(bench: JobBench): Promise<JobSummary> {
  const summary = await summaryOf(bench)
  const nodes = await bench.store.reports.nodes(bench.id)
  const own = (batch: number, task: string) =>
    nodes.filter((node) => node.batch === batch && node.task === task)
  const tasks = [...new Set(nodes.map(({ batch, task }) => JSON.stringify([batch, task])))].sort()
  assert.deepEqual(
    summary.stages,
    tasks.map((key) => {
      const [batch, task] = JSON.parse(key) as [number, NodeTask]
      return sumOf(batch, task, own(batch, task))
    }),
  )
  assert.deepEqual(summary.job, await bench.job())
  return summary
}

function sumOf(batch: number, task: NodeTask, nodes: readonly JobNode[]): StageSummary {
  const sum = (value: (node: JobNode) => number) => nodes.reduce((all, node) => all + value(node), 0)
  const having = (status: JobNode['status']) => sum((node) => Number(node.status === status))
  const started = nodes.flatMap(({ startedAt }) => startedAt ?? []).sort((a, b) => a.getTime() - b.getTime())
  return {
    batch,
    task,
    nodes: nodes.length,
    waiting: having('waiting'),
    running: having('running'),
    done: having('done'),
    failed: having('failed'),
    skipped: having('skipped'),
    pieces: sum(({ piece }) => Number(piece !== undefined)),
    piecesDone: sum(({ piece, status }) => Number(piece !== undefined && status === 'done')),
    retried: sum(({ attempt }) => Number(attempt > 1)),
    rows: sum(({ counts }) => counts?.rows ?? 0),
    skippedRows: sum(({ counts }) => counts?.skipped ?? 0),
    bytes: sum(({ counts }) => counts?.bytes ?? 0),
    reported: {
      rows: sum(({ counts, progress }) => (counts ? 0 : (progress?.done ?? 0))),
      bytes: sum(({ counts, progress }) => (counts?.bytes === undefined ? (progress?.bytes ?? 0) : 0)),
      nodes: sum(({ status, progress }) =>
        status === 'running' && progress?.total ? progress.done / progress.total : 0,
      ),
    },
    ...(started[0] && { startedAt: started[0] }),
  }
}
