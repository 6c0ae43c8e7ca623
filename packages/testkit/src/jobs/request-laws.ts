import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import type { NewJob, Store } from '@piecework/core/store'
import type { LawTest } from '../law.js'
import { refuses } from '../refuses.js'
import { longLease } from './job-bench.js'
import type { JobStoreLawsOptions } from './job-store-laws-options.js'
import { pathOf, sampleJob, sampleProject } from './sample-job.js'

/** Laws of requests that come again, and of lists of jobs by requester. Run by `jobStoreLaws`. */
export function requestLaws(test: LawTest, { make }: JobStoreLawsOptions): void {
  test('exactly once: a request key belongs to the job that it has made, and a second job of it leaves nothing', async () => {
    const store = await make(longLease)
    const asked = keyed()
    const { principal, requestKey } = asked
    await store.jobs.create(asked)
    const made = { job: asked.id, digest: requestKey.digest }
    assert.deepEqual(await store.jobs.byRequestKey(principal.id, requestKey.key), made)
    assert.equal(await store.jobs.byRequestKey(principal.id, 'another key'), undefined)
    assert.equal(await store.jobs.byRequestKey('another', requestKey.key), undefined)
    // Before `resource-busy`: what the first request holds is in the way of the same one.
    for (const project of [asked.tree, sampleProject()]) {
      const again = { ...keyed({ project }), principal, requestKey: { ...requestKey, digest: 'other' } }
      const error = await refuses('the key again', () => store.jobs.create(again), 'request-key-used')
      assert.deepEqual(error.facts, made)
      assert.equal(await store.jobs.get(again.id), undefined)
    }
    assert.deepEqual(await store.jobs.byRequestKey(principal.id, requestKey.key), made)
    const other = { ...keyed(), requestKey }
    await store.jobs.create(other)
    assert.equal((await store.jobs.byRequestKey(other.principal.id, requestKey.key))?.job, other.id)
  })

  test('exactly once: of many racing requests with one key one makes a job', async () => {
    const store = await make(longLease)
    const { principal, requestKey } = keyed()
    const races = Array.from({ length: 20 }, () => store.jobs.create({ ...keyed(), principal, requestKey }))
    const outcomes = await Promise.allSettled(races)
    const made = outcomes.flatMap((one) => (one.status === 'fulfilled' ? [one.value.id] : []))
    assert.equal(made.length, 1)
    for (const one of outcomes)
      if (one.status === 'rejected')
        await refuses('a later one', () => Promise.reject(one.reason), 'request-key-used')
    assert.equal((await store.jobs.byRequestKey(principal.id, requestKey.key))?.job, made[0])
    assert.deepEqual(
      (await store.jobs.list({ requestedBy: principal.id })).map(({ id }) => id),
      made,
    )
  })

  test('nothing half-made: a request that was refused has used no key', async () => {
    const store = await make(longLease)
    const project = sampleProject()
    const claim = await store.guard.claim([pathOf(project)], { id: 'host', kind: 'host' })
    const asked = keyed({ project })
    await refuses('a busy project', () => store.jobs.create(asked), 'resource-busy')
    assert.equal(await store.jobs.byRequestKey(asked.principal.id, asked.requestKey.key), undefined)
    await claim.release()
    assert.equal((await store.jobs.create(asked)).id, asked.id)
  })

  test('nothing half-made: a job that is withdrawn is cancelled, and its key is free', async () => {
    const store = await make(longLease)
    const asked = keyed()
    const { principal, requestKey } = asked
    await store.jobs.create(asked)
    const withdrawn = await store.jobs.withdraw(asked.id)
    assert.deepEqual([withdrawn.status, withdrawn.outcome], ['ending', 'cancelled'])
    assert.deepEqual(await store.jobs.get(asked.id), withdrawn)
    assert.equal(await store.jobs.byRequestKey(principal.id, requestKey.key), undefined)
    const again = { ...keyed(), principal, requestKey }
    await store.jobs.create(again)
    await store.jobs.cancel(again.id)
    assert.equal((await store.jobs.byRequestKey(principal.id, requestKey.key))?.job, again.id)
    await refuses('an unknown one', () => store.jobs.withdraw(randomUUID()), 'job-not-found')
  })

  test('exactly once: a draft has the key of its creation and that of its run', async () => {
    const store = await make(longLease)
    const { principal, requestKey: first, ...asked } = keyed({ kind: 'import', target: sampleProject() })
    const input = { format: 'sample', uploads: [] }
    const draft = { ...asked, principal, requestKey: first, request: { options: {}, name: 'Reefs', input } }
    const create = (job: NewJob) => store.drafts.create(job, async () => undefined)
    await create({ ...draft, nodes: [{ id: 'finish', task: 'finish', batch: 0 }], batches: 0 })
    const { nodes, batches, request } = { ...sampleJob(), request: draft.request }
    const run = (requestKey: NewJob['requestKey']) =>
      store.drafts.run(draft.id, { nodes, batches, request, ...(requestKey && { requestKey }) })
    await refuses('a run with the key of the creation', () => run(first), 'request-key-used')
    const second = newKey()
    await run(second)
    for (const { key, digest } of [first, second])
      assert.deepEqual(await store.jobs.byRequestKey(principal.id, key), { job: draft.id, digest })
    const again = { ...keyed({ kind: 'import', target: sampleProject() }), principal, requestKey: second }
    await refuses('a draft with a key that is used', () => create(again), 'request-key-used')
    assert.equal(await store.jobs.get(again.id), undefined)
  })

  test("one truth: the key of who asks about the job of another is its own, and not that one's", async () => {
    const store = await make(longLease)
    const requestKeyOf = randomUUID()
    const asked = keyed({ kind: 'import', target: sampleProject() })
    await store.jobs.create({ ...asked, requestKeyOf })
    const draft = keyed({ kind: 'import', target: sampleProject() })
    const request = { options: {}, name: 'Reefs', input: { format: 'sample', uploads: [] } }
    const finish = { id: 'finish', task: 'finish', batch: 0 } as const
    await store.drafts.create({ ...draft, request, nodes: [finish], batches: 0 }, async () => undefined)
    const { nodes, batches } = sampleJob()
    const run = (requestKey: NewJob['requestKey'], of: string) =>
      store.drafts.run(draft.id, {
        nodes,
        batches,
        request,
        ...(requestKey && { requestKey }),
        requestKeyOf: of,
      })
    await refuses('a key that is used', () => run(asked.requestKey, requestKeyOf), 'request-key-used')
    // Its maker has used it for something else.
    await run(draft.requestKey, requestKeyOf)
    for (const { id, principal, requestKey } of [asked, { ...draft }]) {
      const { key, digest } = requestKey
      assert.deepEqual(await store.jobs.byRequestKey(requestKeyOf, key), { job: id, digest })
      const own = id === draft.id ? { job: id, digest } : undefined
      assert.deepEqual(await store.jobs.byRequestKey(principal.id, key), own)
    }
  })

  test('one truth: jobs are listed by who has requested them and page by page, newest first', async () => {
    const store = await make(longLease)
    const [ann, bob] = [{ id: randomUUID() }, { id: randomUUID() }]
    const project = sampleProject()
    const mine = await created(store, [ann, bob, ann, ann, bob], project)
    const [first, , third, fourth] = mine
    const list = async (filter: Parameters<Store['jobs']['list']>[0]) =>
      (await store.jobs.list(filter)).map(({ id }) => id)
    assert.deepEqual(await list({ requestedBy: ann.id }), [fourth, third, first])
    assert.deepEqual(await list({ requestedBy: ann.id, limit: 2 }), [fourth, third])
    assert.deepEqual(await list({ requestedBy: ann.id, after: third ?? '' }), [first])
    assert.deepEqual(await list({ requestedBy: ann.id, after: first ?? '' }), [])
    assert.deepEqual(await list({ resource: project }), [...mine].reverse())
    const pages: string[] = []
    for (let page = await list({ resource: project, limit: 2 }); page.length > 0; ) {
      pages.push(...page)
      page = await list({ resource: project, limit: 2, after: page.at(-1) ?? '' })
    }
    assert.deepEqual(pages, [...mine].reverse())
    assert.deepEqual(await list({ resource: sampleProject(), requestedBy: ann.id }), [])
    assert.deepEqual(await list({ resource: project, after: randomUUID() }), [])
  })
}

const newKey = () => ({ key: randomUUID(), digest: randomUUID() })

function keyed(sample: Parameters<typeof sampleJob>[0] = {}) {
  return { ...sampleJob(sample), principal: { id: randomUUID() }, requestKey: newKey() }
}

/** Ids of jobs of one resource, which do not exclude each other, in the order of their creation. */
async function created(
  store: Store,
  principals: readonly NewJob['principal'][],
  project: NewJob['tree'] | ReturnType<typeof sampleProject>,
): Promise<readonly string[]> {
  const ids: string[] = []
  for (const principal of principals)
    ids.push((await store.jobs.create({ ...sampleJob({ project }), principal, claims: [] })).id)
  return ids
}
