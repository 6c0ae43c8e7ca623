import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import type { LawTest } from '../law.js'
import { refuses } from '../refuses.js'
import { longLease } from './job-bench.js'
import type { JobStoreLawsOptions } from './job-store-laws-options.js'
import { sampleJob, sampleProject } from './sample-job.js'
import { acquired, all, archive, fileOf, newDraft, ofDraft, ttlMs } from './sample-upload.js'

/** Laws of files that come in parts. Run by `jobStoreLaws`. */
export function uploadLaws(test: LawTest, { make }: JobStoreLawsOptions): void {
  test('one truth: an upload is what it was made as, and its parts are those that were added, in their order', async () => {
    const { uploads } = await make(longLease)
    const asked = archive({
      ...{ size: 10, into: { kind: 'project', id: 'p "1"' } },
      clientMetadata: 'filename "Größe.zip"',
    })
    const created = await uploads.create(asked)
    const { createdAt, expiresAt, ...rest } = created
    const { ttlMs: _, quota: _q, ...given } = asked
    assert.deepEqual(rest, { ...given, offset: 0, parts: 0 })
    assert.equal(expiresAt.getTime() - createdAt.getTime(), ttlMs)
    assert.deepEqual(await uploads.get(asked.id), created)
    assert.equal(await uploads.get(randomUUID()), undefined)
    const { fence, upload } = await uploads.acquire(asked.id)
    assert.deepEqual(upload, created)
    const lease = { id: asked.id, fence }
    for (const size of [4, 0, 6]) await uploads.add(lease, { size, ttlMs })
    const now = (await uploads.get(asked.id)) ?? assert.fail('the upload is gone')
    assert.deepEqual([now.offset, now.parts, now.finishedAt], [10, 3, undefined])
    assert.deepEqual(
      await uploads.parts(asked.id),
      [4, 0, 6].map((size) => ({ size, fence })),
    )
    assert.deepEqual([await uploads.hasJob(asked.job), await uploads.hasJob(randomUUID())], [true, false])
    await uploads.remove(asked.id)
    await uploads.remove(asked.id)
    assert.deepEqual([await uploads.get(asked.id), await uploads.parts(asked.id)], [undefined, []])
    assert.equal(await uploads.hasJob(asked.job), false)
  })

  test('exactly once: a part is added under the last lease alone, and no byte beyond the size', async () => {
    const { uploads } = await make(longLease)
    const { id } = await uploads.create(archive({ size: 10 }))
    const first = { id, fence: (await uploads.acquire(id)).fence }
    await uploads.add(first, { size: 3, ttlMs })
    const second = { id, fence: (await uploads.acquire(id)).fence }
    assert.ok(second.fence > first.fence)
    await refuses('the lease before', () => uploads.add(first, { size: 3, ttlMs }), 'lease-lost')
    await uploads.add(second, { size: 3, ttlMs })
    await refuses('a part that is too long', () => uploads.add(second, { size: 5, ttlMs }), 'upload-limit')
    assert.deepEqual(await uploads.parts(id), [
      { size: 3, fence: first.fence },
      { size: 3, fence: second.fence },
    ])
    assert.equal((await uploads.get(id))?.offset, 6)
    await refuses('an unknown one', () => uploads.acquire(randomUUID()), 'upload-not-found')
    await uploads.remove(id)
    await refuses('a removed one', () => uploads.add(second, { size: 1, ttlMs }), 'upload-not-found')
  })

  test('exactly once: of many callers that acquire an upload at the same time each has a fence of its own', async () => {
    const { uploads } = await make(longLease)
    const { id } = await uploads.create(archive({ size: 10 }))
    const leases = await Promise.all(Array.from({ length: 20 }, () => uploads.acquire(id)))
    assert.equal(new Set(leases.map(({ fence }) => fence)).size, 20)
    const added = await Promise.allSettled(
      leases.map(({ fence }) => uploads.add({ id, fence }, { size: 1, ttlMs })),
    )
    assert.equal(added.filter(({ status }) => status === 'fulfilled').length, 1)
    assert.equal((await uploads.get(id))?.offset, 1)
  })

  test('one truth: the last part makes it a file of its draft in the same step, in place of the one of the same role', async () => {
    const store = await make(longLease)
    const { uploads } = store
    const draft = await newDraft(store)
    const before = fileOf(await uploads.create(ofDraft(draft)), 'old')
    await store.drafts.put(draft.id, before)
    const { id, fence } = await acquired(store, ofDraft(draft, { size: 5 }))
    const half = await uploads.add({ id, fence }, { size: 2, ttlMs })
    assert.deepEqual([half.replaced, half.upload.finishedAt], [undefined, undefined])
    const file = fileOf(half.upload, id)
    const { upload, replaced } = await uploads.add({ id, fence }, { size: 3, ttlMs, file })
    assert.deepEqual(replaced, before)
    assert.ok(upload.finishedAt instanceof Date)
    assert.deepEqual((await store.jobs.get(draft.id))?.request.input?.uploads, [file])
    await refuses('one that is complete', () => uploads.acquire(id), 'uploads-closed')
    assert.deepEqual(await uploads.get(id), upload)
  })

  test('nothing half-made: a draft that has begun or ended takes no part and no upload', async () => {
    const store = await make(longLease)
    const { uploads } = store
    const draft = await newDraft(store)
    const { id, fence } = await acquired(store, ofDraft(draft, { size: 5 }))
    const half = await uploads.add({ id, fence }, { size: 2, ttlMs })
    await store.jobs.cancel(draft.id)
    const file = fileOf(half.upload, id)
    for (const part of [
      { size: 1, ttlMs },
      { size: 3, ttlMs, file },
    ])
      await refuses('a part', () => uploads.add({ id, fence }, part), 'uploads-closed')
    assert.deepEqual(await uploads.get(id), half.upload)
    assert.equal((await uploads.parts(id)).length, 1)
    await refuses('another upload', () => uploads.create(ofDraft(draft)), 'uploads-closed')
  })

  test('one truth: an archive is finished in the step that creates its import, and imported once', async () => {
    const store = await make(longLease)
    const { uploads, jobs } = store
    const asked = archive({ size: 1 })
    const { id, fence } = await acquired(store, asked)
    await uploads.add({ id, fence }, { size: 1, ttlMs })
    const job = { ...sampleJob({ kind: 'import', target: sampleProject() }), id: asked.job, upload: id }
    const claim = await store.guard.claim(job.claims, { id: 'host', kind: 'host' })
    await refuses('a busy project', () => jobs.create(job), 'resource-busy')
    assert.equal((await uploads.get(id))?.finishedAt, undefined)
    await claim.release()
    await jobs.create(job)
    assert.ok((await uploads.get(id))?.finishedAt)
    const again = sampleJob({ kind: 'import', target: sampleProject() })
    await refuses('a second import', () => jobs.create({ ...again, upload: id }), 'uploads-closed')
    assert.equal(await jobs.get(again.id), undefined)
    await refuses('of none', () => jobs.create({ ...again, upload: randomUUID() }), 'upload-not-found')
  })

  test('exactly once: of many racing imports of one archive one is created', async () => {
    const store = await make(longLease)
    const asked = archive({ size: 0 })
    const { id } = await store.uploads.create(asked)
    const races = Array.from({ length: 10 }, () => {
      const job = sampleJob({ kind: 'import', target: sampleProject() })
      return store.jobs.create({ ...job, id: asked.job, upload: id })
    })
    const outcomes = await Promise.allSettled(races)
    assert.equal(outcomes.filter(({ status }) => status === 'fulfilled').length, 1)
    for (const one of outcomes)
      if (one.status === 'rejected')
        await refuses('a later one', () => Promise.reject(one.reason), 'uploads-closed')
  })

  test('nothing half-made: one that is discarded takes no part and is not imported, and one that is finished stays', async () => {
    const { uploads, jobs } = await make(longLease)
    const imported = (upload: string) =>
      jobs.create({ ...sampleJob({ kind: 'import', target: sampleProject() }), upload })
    const { id } = await uploads.create(archive({ size: 0 }))
    const { fence } = await uploads.acquire(id)
    await uploads.add({ id, fence }, { size: 0, ttlMs })
    await uploads.discard(id)
    await refuses('its import', () => imported(id), 'upload-not-found')
    await refuses('a part', () => uploads.add({ id, fence }, { size: 0, ttlMs }), 'upload-not-found')
    await refuses('once more', () => uploads.discard(id), 'upload-not-found')
    const finished = await uploads.create(archive({ size: 0 }))
    await imported(finished.id)
    await refuses('a finished one', () => uploads.discard(finished.id), 'uploads-closed')
    assert.ok((await uploads.get(finished.id))?.finishedAt)
    const raced = await uploads.create(archive({ size: 0 }))
    const [taken, gone] = await Promise.allSettled([imported(raced.id), uploads.discard(raced.id)])
    assert.notEqual(taken.status, gone.status)
  })

  test('a principal has no more unfinished uploads, and no larger ones, than its quota, also of many at once', async () => {
    const store = await make(longLease)
    const { uploads } = store
    const principal = { id: randomUUID() }
    const quota = { uploads: 3, bytes: 100 }
    const ask = (size: number, of = principal) => uploads.create(archive({ size, principal: of, quota }))
    const races = await Promise.allSettled(Array.from({ length: 10 }, () => ask(10)))
    const made = races.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []))
    assert.equal(made.length, 3)
    const error = await refuses('a fourth', () => ask(0), 'too-many-uploads')
    assert.deepEqual(error.facts, { principal: principal.id, unfinished: { uploads: 3, bytes: 30 }, quota })
    await ask(10, { id: randomUUID() })
    await uploads.remove(made[0]?.id ?? '')
    await refuses('too many bytes', () => ask(81), 'too-many-uploads')
    await ask(80)
    await uploads.remove(made[1]?.id ?? '')
    const draft = await newDraft(store)
    await uploads.create(ofDraft(draft, { size: 10, principal, quota }))
    await refuses('one beside that of a draft', () => ask(0), 'too-many-uploads')
    await store.jobs.cancel(draft.id)
    await ask(10)
  })

  test('an upload expires, later with each part, and then takes nothing more', async () => {
    const store = await make(longLease)
    const { uploads } = store
    const brief = archive({ size: 10, ttlMs: 1 })
    const { id, fence } = await acquired(store, { ...brief, ttlMs: ttlMs })
    const other = await uploads.create(archive({ size: 10 }))
    const { upload } = await uploads.add({ id, fence }, { size: 1, ttlMs: 1 })
    while (Date.now() <= upload.expiresAt.getTime() + 20)
      await new Promise((resolve) => setTimeout(resolve, 5))
    const expired = await all(uploads)
    assert.deepEqual(
      expired.filter((one) => [id, other.id].includes(one.id)),
      [upload],
    )
    await refuses('a lease', () => uploads.acquire(id), 'expired')
    await refuses('a part of before', () => uploads.add({ id, fence }, { size: 1, ttlMs }), 'lease-lost')
    const job = { ...sampleJob({ kind: 'import', target: sampleProject() }), upload: id }
    await refuses('its import', () => store.jobs.create(job), 'expired')
    assert.deepEqual(
      (await all(uploads)).filter((one) => one.id === id),
      [upload],
    )
    await uploads.remove(id)
    assert.deepEqual(
      (await all(uploads)).filter((one) => one.id === id),
      [],
    )
  })
}
