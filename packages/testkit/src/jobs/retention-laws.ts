import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import type { Job, JobResult, NewJob, ResourceRef, Store } from '@piecework/core/store'
import type { LawTest } from '../law.js'
import { refuses } from '../refuses.js'
import { jobBench, longLease } from './job-bench.js'
import type { JobStoreLawsOptions } from './job-store-laws-options.js'
import { sampleJob, sampleProject } from './sample-job.js'

const past = new Date('2020-01-01T00:00:00.000Z')
const future = new Date('2090-01-01T00:00:00.000Z')
const cleaningMs = 60_000

/** Laws of what jobs leave in the artifact store. Run by `jobStoreLaws`. */
export function retentionLaws(test: LawTest, { make }: JobStoreLawsOptions): void {
  test('one truth: what is over is given to one of many who ask, once, until it is gone', async () => {
    const store = await make(longLease)
    const { id } = await ended(store, { archive: archive(past) })
    const asked = await Promise.all(Array.from({ length: 10 }, () => over(store)))
    assert.equal(asked.filter((jobs) => jobs.has(id)).length, 1)
    assert.deepEqual(
      asked.flatMap((jobs) => jobs.get(id) ?? []).map(({ result }) => result.archive),
      [archive(past)],
    )
    assert.ok((await kept(store)).includes(id), 'until it is gone it is kept')
    const gone = await store.retention.markDeleted(id)
    assert.ok(
      gone.result.archive?.deletedAt instanceof Date,
      'the record does not say that the archive is gone',
    )
    assert.deepEqual(await store.jobs.get(id), gone)
    assert.equal(gone.status, 'succeeded')
    assert.ok(!(await kept(store)).includes(id))
  })

  test('one truth: who was to clean up and did not is followed by another', async () => {
    const store = await make(longLease)
    const { id } = await ended(store, { archive: archive(past) })
    assert.ok((await over(store, 0)).has(id))
    assert.ok((await over(store)).has(id))
    assert.ok(!(await over(store)).has(id))
  })

  test('one truth: what has time left, a job that has left nothing, and one that runs are not over', async () => {
    const store = await make(longLease)
    const { id } = await ended(store, { archive: archive(future) })
    const nothing = await ended(store)
    const running = await jobBench(store, { batches: [['a']] })
    await running.done('a', { result: { archive: archive(past) } })
    const now = await over(store)
    for (const one of [id, nothing.id, running.id]) assert.ok(!now.has(one))
    assert.ok((await kept(store)).includes(id))
    assert.ok(!(await kept(store)).includes(nothing.id))
    await store.retention.expire(id)
    const expired = (await over(store)).get(id) ?? assert.fail('its time is over')
    assert.ok((expired.result.archive?.expiresAt ?? future) < future)
  })

  test('one truth: outputs are kept until the last of them is over, and go with the archive', async () => {
    const store = await make(longLease)
    const output = (expiresAt: Date) => ({
      ...{ name: 'sample/map', artifact: 'archives/map', size: 1, sha256: 'ab'.repeat(32) },
      ...{ mediaType: 'image/tiff', fileName: 'map.tif', expiresAt },
    })
    const [early, late] = [
      await ended(store, { archive: archive(past), outputs: [output(past)] }),
      await ended(store, { archive: archive(past), outputs: [output(future)] }),
    ]
    const now = await over(store)
    assert.ok(now.has(early.id))
    assert.ok(!now.has(late.id), 'an output is over before its time')
    const expired = await store.retention.expire(late.id)
    for (const one of [expired.result.archive, ...(expired.result.outputs ?? [])])
      assert.ok((one?.expiresAt ?? future) < future)
    assert.ok((await over(store)).has(late.id))
    const gone = await store.retention.markDeleted(early.id)
    for (const one of [gone.result.archive, ...(gone.result.outputs ?? [])])
      assert.ok(one?.deletedAt instanceof Date, 'the record does not say that an output is gone')
    assert.deepEqual(await store.jobs.get(early.id), gone)
  })

  test('one truth: what an unfinished job reads is not over before that has ended', async () => {
    const store = await make(longLease)
    const { id } = await ended(store, { archive: archive(past) })
    const reader = { ...sampleJob(), reads: [randomUUID(), id] }
    const created = await store.jobs.create(reader)
    assert.deepEqual(created.reads, reader.reads)
    assert.ok(!(await over(store)).has(id))
    await finish(store, reader)
    assert.ok((await over(store)).has(id))
  })

  test('one truth: what is over is read by no new job but an export, so that nothing is deleted under one', async () => {
    const store = await make(longLease)
    const over = await ended(store, { archive: archive(past) })
    const kept = await ended(store, { archive: archive(future) })
    for (const kind of ['import', 'validation', 'delivery'] as const) {
      const reader = { ...sampleJob({ kind }), reads: [kept.id, over.id] }
      const error = await refuses(`a ${kind}`, () => store.jobs.create(reader), 'expired')
      assert.equal(error.facts.job, over.id)
      assert.equal(await store.jobs.get(reader.id), undefined)
      await store.jobs.create({ ...reader, reads: [kept.id, randomUUID()] })
    }
    await store.jobs.create({ ...sampleJob(), reads: [over.id] })
  })

  test('what is kept is found by its resource, page by page', async () => {
    const store = await make(longLease)
    const project = sampleProject()
    const ids: string[] = []
    for (let n = 0; n < 3; n++) ids.push((await ended(store, { archive: archive(future) }, project)).id)
    await ended(store, { archive: archive(future) })
    ids.sort()
    const page = async (after?: string): Promise<readonly string[]> => {
      const filter = { resource: project, limit: 2, ...(after !== undefined && { after }) }
      return (await store.retention.list(filter)).map(({ id }) => id)
    }
    assert.deepEqual(await page(), ids.slice(0, 2))
    assert.deepEqual(await page(ids[1]), ids.slice(2))
  })

  test('one truth: of many who ask it is one turn', async () => {
    const store = await make(longLease)
    const name = randomUUID()
    const turns = await Promise.all(
      Array.from({ length: 10 }, () => store.retention.acquireTurn(name, 60_000)),
    )
    assert.equal(turns.filter(Boolean).length, 1)
    assert.equal(await store.retention.acquireTurn(randomUUID(), 60_000), true)
    assert.equal(await store.retention.acquireTurn(name, 0), true)
  })

  test('exclusion: a hold that may change what a failed export had claimed is remembered', async () => {
    const store = await make(longLease)
    const { guard } = store
    const nothing = async (): Promise<void> => undefined
    const holder = { id: 'a run', kind: 'solver-run' }
    const changes: Record<string, (path: string, project: ResourceRef) => Promise<unknown>> = {
      edit: (path) => guard.edit(path, nothing),
      'edit of a part': (path) => guard.edit(`${path}/scenario:1`, nothing),
      checkEditable: (path) => guard.checkEditable(path),
      claim: async (path) => (await guard.claim([path], holder)).release(),
      'import into it': async (path) => {
        const target = { kind: 'scenario', id: randomUUID() }
        const job = sampleJob({ kind: 'import', target })
        const made = { ...job, claims: [`${path}/scenario:${target.id}`] }
        await store.jobs.create(made)
        await finish(store, made)
      },
    }
    for (const [what, change] of Object.entries(changes)) {
      const project = sampleProject()
      const { id } = await failed(store, project)
      assert.equal(await store.reports.untouched(id), true, what)
      await change(`project:${project.id}`, project)
      assert.equal(await store.reports.untouched(id), false, what)
    }
  })

  test('exclusion: what leaves a failed export as it was is not remembered', async () => {
    const store = await make(longLease)
    const { guard } = store
    const project = sampleProject()
    const { id } = await failed(store, project)
    await guard.edit(`project:${randomUUID()}`, async () => undefined)
    await guard.edit(`project:${project.id}0`, async () => undefined)
    const again = sampleJob({ project })
    await store.jobs.create(again)
    await assert.rejects(guard.edit(`project:${project.id}`, async () => undefined))
    await finish(store, again)
    assert.equal(await store.reports.untouched(id), true)
    assert.equal(await store.reports.untouched(again.id), false, 'it has left nothing to reuse')
    await store.retention.markDeleted(id)
    assert.equal(await store.reports.untouched(id), false)
    assert.equal(await store.reports.untouched(randomUUID()), false)
  })
}

const archive = (expiresAt: Date) => ({
  artifact: 'archives/1',
  size: 3,
  digest: 'cd'.repeat(32),
  sha256: 'ef'.repeat(32),
  expiresAt,
})

/** A succeeded export with this result. */
async function ended(store: Store, result: JobResult = {}, project = sampleProject()): Promise<Job> {
  const bench = await jobBench(store, { batches: [['a']], project })
  await bench.done('a', { result })
  return bench.done('finish')
}

/** A failed export that keeps what a retry begins with. */
async function failed(store: Store, project: ResourceRef): Promise<Job> {
  const bench = await jobBench(store, { batches: [['a']], project })
  await bench.failed('a')
  const job = await bench.done('finish', { result: { retryUntil: future } })
  assert.deepEqual([job.status, job.result], ['failed', { retryUntil: future }])
  return job
}

async function finish(store: Store, { id }: Pick<NewJob, 'id'>): Promise<void> {
  await store.jobs.cancel(id)
  const lease = await store.attempts.begin({ job: id, node: 'finish', attempt: 1 }, 'worker-of-the-laws')
  await store.attempts.run(lease ?? assert.fail('no lease for the last step'), async () => ({}))
}

/** All that is over now, by id; the store may hold others. */
async function over(store: Store, leaseMs = cleaningMs): Promise<ReadonlyMap<string, Job>> {
  return new Map((await store.retention.expired(10_000, leaseMs)).map((job) => [job.id, job]))
}

async function kept(store: Store): Promise<readonly string[]> {
  return (await store.retention.list({ limit: 10_000 })).map(({ id }) => id)
}
