import assert from 'node:assert/strict'
import type { LawTest } from '../law.js'
import { refuses } from '../refuses.js'
import { jobBench, longLease } from './job-bench.js'
import type { JobStoreLawsOptions } from './job-store-laws-options.js'
import { nodeOf, pathOf, sampleJob, sampleProject } from './sample-job.js'

/** Laws of how a job begins. Run by `jobStoreLaws`. */
export function createLaws(test: LawTest, { make }: JobStoreLawsOptions): void {
  test('one truth: a new job, its nodes and the outbox item of its first batch are there together', async () => {
    const store = await make(longLease)
    const { nodes, claims: _, ...asked } = sampleJob()
    const created = await store.jobs.create({ ...asked, nodes, claims: [] })
    assert.deepEqual(created, await store.jobs.get(asked.id))
    const { createdAt, changes, ...job } = created
    assert.deepEqual(job, { ...asked, status: 'pending', batch: 0, result: {} })
    assert.ok(createdAt instanceof Date)
    assert.deepEqual(
      changes.map(({ status, at }) => [status, at instanceof Date]),
      [['pending', true]],
    )
    assert.deepEqual(
      await store.reports.nodes(asked.id),
      nodes.map((node) => ({ ...node, status: 'waiting', attempt: 1 })),
    )
    const items = (await store.outbox.pending(10_000)).map(({ action }) => action)
    assert.deepEqual(
      items.filter((item) => item.type === 'batch' && item.job === asked.id),
      [{ type: 'batch', job: asked.id, batch: 0 }],
    )
  })

  test('new ids: ids that were drawn for a job stay with it, to each attempt and to its end', async () => {
    const store = await make(longLease)
    const asked = sampleJob({ kind: 'clone', batches: [['a']] })
    const child = { kind: 'scenario', id: 'a/b "c" ü' }
    const targets = [
      { source: { kind: asked.tree.kind, id: asked.tree.id }, id: '9223372036854775807' },
      { source: child, id: '-7' },
    ]
    const target = { kind: asked.tree.kind, id: '9223372036854775807' }
    const tree = { ...asked.tree, children: [{ ...child, children: [] }] }
    const job = { ...asked, tree, target, targets }
    assert.deepEqual((await store.jobs.create(job)).targets, targets)
    const task = { job: job.id, node: nodeOf(job, 'a'), attempt: 1 }
    const lease = (await store.attempts.begin(task, 'worker')) ?? assert.fail('nothing to do')
    assert.deepEqual(lease.job.targets, targets)
    assert.deepEqual((await store.attempts.run(lease, {})).targets, targets)
    assert.deepEqual((await store.jobs.list({ resource: target }))[0]?.targets, targets)
  })

  test('exclusion: a job claims its paths in the step that creates it; a refused job leaves nothing', async () => {
    const store = await make(longLease)
    const [project, other] = [sampleProject(), sampleProject()]
    const first = await jobBench(store, { project })
    const second = {
      ...sampleJob({ project: other }),
      claims: [pathOf(other), `${pathOf(project)}/scenario:1`],
    }
    const error = await refuses('the second job', () => store.jobs.create(second), 'resource-busy')
    assert.ok((error.message + JSON.stringify(error.facts)).includes(first.id), 'the holder is not named')
    assert.equal(await store.jobs.get(second.id), undefined)
    assert.deepEqual(await store.jobs.list({ resource: other }), [])
    assert.deepEqual(await store.reports.nodes(second.id), [])
    const items = await store.outbox.pending(10_000)
    assert.ok(!items.some(({ action }) => action.type === 'batch' && action.job === second.id))
    await (await store.guard.claim([pathOf(other)], { id: 'host', kind: 'host' })).release()
  })

  test('exclusion: jobs, claims and edits of the host exclude each other', async () => {
    const store = await make(longLease)
    const project = sampleProject()
    const path = pathOf(project)
    const claim = await store.guard.claim([path], { id: 'solver', kind: 'run' })
    await refuses(
      'a job while the host claims',
      () => store.jobs.create(sampleJob({ project })),
      'resource-busy',
    )
    await claim.release()
    await store.guard.edit(path, () =>
      refuses('a job while the host edits', () => store.jobs.create(sampleJob({ project })), 'resource-busy'),
    )
    await jobBench(store, { project })
    await refuses('a claim', () => store.guard.claim([path], { id: 'host', kind: 'run' }), 'resource-busy')
    await refuses('an edit', () => store.guard.edit(path, async () => {}), 'resource-busy')
    await refuses('checkEditable', () => store.guard.checkEditable(path), 'resource-busy')
    const [holder, ...others] = await store.guard.holders(path)
    assert.deepEqual([holder?.kind, others], ['export', []])
    await store.guard.release(holder?.id ?? '')
    await refuses('checkEditable', () => store.guard.checkEditable(path), 'resource-busy')
  })

  test('exclusion: of many racing jobs on one resource one is created', async () => {
    const store = await make(longLease)
    const project = sampleProject()
    const races = Array.from({ length: 50 }, () => store.jobs.create(sampleJob({ project })))
    const outcomes = await Promise.allSettled(races)
    assert.equal(outcomes.filter(({ status }) => status === 'fulfilled').length, 1)
    assert.equal((await store.jobs.list({ resource: project })).length, 1)
    for (const outcome of outcomes) {
      if (outcome.status === 'rejected') {
        await refuses('a losing job', () => Promise.reject(outcome.reason), 'resource-busy')
      }
    }
  })

  test('one truth: an outbox item stays until it is acknowledged, and an acknowledged one is gone', async () => {
    const { store, id, batches } = await jobBench(await make(longLease))
    assert.deepEqual([await batches(), await batches()], [[0], [0]])
    const mine = (await store.outbox.pending(10_000)).filter(
      ({ action }) => action.type === 'batch' && action.job === id,
    )
    for (const _twice of [1, 2]) await store.outbox.acknowledge(mine.map((item) => item.id))
    assert.deepEqual(await batches(), [])
  })

  test('submitted is noted once, and never takes a job back', async () => {
    const bench = await jobBench(await make(longLease))
    const submit = () => bench.store.jobs.submitted(bench.id)
    assert.equal((await submit()).status, 'submitted')
    assert.equal((await submit()).status, 'submitted')
    await bench.lease('a')
    assert.equal((await submit()).status, 'running')
    const statuses = (await bench.job()).changes.map(({ status }) => status)
    assert.deepEqual(statuses, ['pending', 'submitted', 'running'])
  })

  test('an unknown job is `job-not-found` where it should change, and nothing where it is looked for', async () => {
    const store = await make(longLease)
    const { id } = sampleJob()
    assert.equal(await store.jobs.get(id), undefined)
    assert.deepEqual(await store.reports.nodes(id), [])
    assert.deepEqual(await store.reports.findings(id), [])
    assert.equal(await store.reports.node(id, nodeOf(sampleJob(), 'a')), undefined)
    await refuses('submitted', () => store.jobs.submitted(id), 'job-not-found')
    await refuses('cancel', () => store.jobs.cancel(id), 'job-not-found')
  })
}
