import assert from 'node:assert/strict'
import type { JobNode, NewNode, NodeResult } from '@piecework/core/store'
import type { LawTest } from '../law.js'
import { type JobBench, jobBench, longLease, nothing } from './job-bench.js'
import type { JobStoreLawsOptions } from './job-store-laws-options.js'

/** Laws of nodes that an attempt adds to its job. Run by `jobStoreLaws`. */
export function partLaws(test: LawTest, { make }: JobStoreLawsOptions): void {
  const planned = async () =>
    jobBench(await make(longLease), { batches: [['plan', 'other'], ['whole'], ['last']] })

  test('order: nodes that an attempt adds begin after its batch, and all of them count in theirs', async () => {
    const bench = await planned()
    await bench.done('plan', { nodes: await partsOf(bench, 2) })
    assert.equal(await bench.begin('whole#000001'), undefined)
    assert.equal((await bench.done('other')).batch, 1)
    for (const piece of ['whole#000002', 'whole']) assert.equal((await bench.done(piece)).batch, 1)
    assert.equal(await bench.begin('last'), undefined)
    assert.equal((await bench.done('whole#000001')).batch, 2)
    assert.deepEqual(await bench.batches(), [0, 1, 2])
  })

  test('nodes that an attempt adds are stored as they are, each with its part', async () => {
    const bench = await planned()
    const nodes = [
      ...(await partsOf(bench, 3)),
      { id: 'plan more', task: 'plan' as const, batch: 1, steps: 7 },
    ]
    await bench.done('plan', { nodes })
    const stored = await bench.store.reports.nodes(bench.id, { batch: 1 })
    const added = nodes.map((node) => ({ ...node, status: 'waiting', attempt: 1 }))
    assert.deepEqual(
      stored.filter(({ part, steps }) => part || steps),
      added,
    )
    await bench.done('other')
    assert.deepEqual((await bench.lease('whole#000003')).node.part, nodes[2]?.part)
  })

  test('exactly once: nodes are added with the mark done, or not at all', async () => {
    const bench = await planned()
    const { attempts, reports } = bench.store
    const lease = await bench.lease('plan')
    const [one, other] = [await partsOf(bench, 2), await partsOf(bench, 3)]
    const broken = attempts.run(lease, async () => {
      throw new Error('the plan broke')
    })
    await assert.rejects(broken, /the plan broke/)
    const error = { code: 'sample/broken' as const, message: 'It broke.', retryable: false }
    const runs = await Promise.allSettled([
      attempts.run(lease, nothing({ nodes: one })),
      attempts.run(lease, { nodes: other }),
    ])
    assert.deepEqual(runs.map(({ status }) => status).sort(), ['fulfilled', 'rejected'])
    const won = runs[0]?.status === 'fulfilled' ? one : other
    const parts = (await reports.nodes(bench.id)).flatMap(({ part }) => part ?? [])
    assert.deepEqual(
      parts,
      won.map(({ part }) => part),
    )
    await bench.done('other', { error, nodes: later(one) })
    assert.equal((await reports.nodes(bench.id)).flatMap(({ part }) => part ?? []).length, won.length)
    assert.equal((await bench.done('finish')).status, 'failed')
    const statuses = (await reports.nodes(bench.id, { batch: 1 })).map(({ status }) => status)
    assert.deepEqual([...new Set(statuses)], ['skipped'])
  })

  test('order: nodes that an attempt adds to its own batch are handed over at once, and all of them count in it', async () => {
    const bench = await jobBench(await make(longLease), { batches: [['plan'], ['last']] })
    const [before, rest] = [await bench.outbox(), await bench.node('plan')]
    const more = {
      ...added(rest),
      task: 'plan' as const,
      id: `${rest.id}#000003`,
      part: { number: 3, range: 'the rest' },
    }
    const [first, second] = await partsOf(bench, 2, 0)
    assert.ok(first && second)
    assert.equal((await bench.done('plan', { nodes: [more, first, second] })).batch, 0)
    const handed = (await bench.outbox()).slice(before.length)
    const isHanded = (id: string) =>
      handed.some((action) => (action.type === 'batch' ? action.batch === 0 : action.task.node === id))
    assert.deepEqual(
      [more, first, second].map(({ id }) => isHanded(id)),
      [true, true, true],
    )
    assert.equal((await bench.done('whole#000001')).batch, 0)
    assert.equal((await bench.done('plan#000003', { nodes: await partsOf(bench, 1, 0, 3) })).batch, 0)
    assert.equal((await bench.done('whole#000003')).batch, 0)
    assert.equal((await bench.done('whole#000002')).batch, 1)
    assert.equal((await bench.done('last')).outcome, 'succeeded')
  })

  test('nothing half-made: the batch under way gets no nodes once the outcome of the job is known', async () => {
    const cases: Record<string, (bench: JobBench) => Promise<unknown>> = {
      cancelled: ({ store, id }) => store.jobs.cancel(id),
      failed: (bench) => bench.failed('other'),
    }
    for (const [outcome, decide] of Object.entries(cases)) {
      const bench = await planned()
      const lease = await bench.lease('plan')
      await decide(bench)
      const job = await bench.store.attempts.run(lease, { nodes: await partsOf(bench, 2, 0) })
      assert.deepEqual([job.outcome, job.batch], [outcome, job.batches])
      assert.deepEqual(
        (await bench.store.reports.nodes(bench.id)).flatMap(({ part }) => part ?? []),
        [],
      )
      assert.equal((await bench.done('finish')).status, outcome)
    }
  })

  test('nothing half-made: a job that is cancelled while nodes are added to its batch still ends', async () => {
    for (let round = 0; round < 10; round++) {
      const bench = await planned()
      const { attempts, jobs, reports } = bench.store
      const lease = await bench.lease('plan')
      const nodes = await partsOf(bench, 5, 0)
      await Promise.all([attempts.run(lease, { nodes }), jobs.cancel(bench.id)])
      const { outcome, batch, batches } = await bench.job()
      assert.deepEqual([outcome, batch], ['cancelled', batches])
      const left = (await reports.nodes(bench.id, { batch: 0 })).filter(({ status }) => status === 'waiting')
      assert.deepEqual(left, [])
    }
  })

  test('exactly once: nodes cannot be added to a batch that is over, nor a second time', async () => {
    const bench = await planned()
    const { attempts, reports } = bench.store
    const nodes = await partsOf(bench, 1)
    await bench.done('other')
    await bench.done('plan')
    const lease = await bench.lease('whole')
    const before = await reports.nodes(bench.id)
    for (const refused of [
      nodes.map((node) => ({ ...node, batch: 0 })),
      nodes.map((node) => ({ ...node, batch: 3 })),
      [...nodes, ...nodes],
      nodes.map((node) => ({ ...node, id: lease.node.id })),
    ])
      await assert.rejects(attempts.run(lease, { nodes: refused }))
    assert.deepEqual(await reports.nodes(bench.id), before)
    await attempts.run(lease, { nodes })
  })

  test('order: a batch without nodes is passed over', async () => {
    const bench = await jobBench(await make(longLease), { batches: [['plan'], [], [], ['last']] })
    assert.equal((await bench.done('plan')).batch, 3)
    assert.deepEqual(await bench.batches(), [0, 3])
    assert.equal((await bench.done('last')).outcome, 'succeeded')
    const added = await jobBench(await make(longLease), { batches: [['plan'], [], ['last']] })
    await added.done('plan', { nodes: await partsOf(added, 1) })
    assert.equal((await added.done('whole#000001')).batch, 2)
  })
}

/** Parts of the piece `whole`: by default in the batch after that of `plan`. */
async function partsOf(bench: JobBench, of: number, batch = 1, first = 1): Promise<readonly NewNode[]> {
  const plan = await bench.node('plan')
  return Array.from({ length: of }, (_, at) => ({
    ...added(plan),
    id: `${plan.id.replace(/plan$/, 'whole')}#${String(first + at).padStart(6, '0')}`,
    task: 'export' as const,
    batch,
    piece: 'sample/whole',
    part: {
      number: first + at,
      of,
      rows: at,
      range: { after: at === 0 ? null : `key ${at}`, list: [at, true] },
    },
  }))
}

/** A node of the same resource and piece. */
function added({ id, task, batch, resource, piece }: JobNode): NewNode {
  if (!resource || piece === undefined) assert.fail('the node has no resource')
  return { id, task, batch, resource, piece }
}

const later = (nodes: NonNullable<NodeResult['nodes']>) =>
  nodes.map((node) => ({ ...node, id: `${node.id} again` }))
