import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { type NewRecordEntry, storeDefaults } from '@piecework/core/store'
import type { LawTest } from '../law.js'
import { refuses } from '../refuses.js'
import { longLease } from './job-bench.js'
import type { JobStoreLawsOptions } from './job-store-laws-options.js'
import { sampleJob, sampleProject } from './sample-job.js'

/** Laws of the record of requests and downloads. Run by `jobStoreLaws`. */
export function recordLaws(test: LawTest, { make }: JobStoreLawsOptions): void {
  test('one truth: who has asked for a job is recorded in the step that creates it, and not without it', async () => {
    const { jobs, records } = await make(longLease)
    const [principal, project] = [randomUUID(), sampleProject()]
    const asked = (job: string) =>
      entry({ principal, job, resource: project, recipient: 'Zoë <z@example.org>' })
    const sample = sampleJob({ project })
    await jobs.create({ ...sample, record: asked(sample.id) })
    const second = sampleJob({ project })
    await refuses('create', () => jobs.create({ ...second, record: asked(second.id) }), 'resource-busy')
    const [found, ...others] = await records.list({ principal })
    assert.deepEqual(others, [])
    assert.ok(found && found.at instanceof Date && Math.abs(found.at.getTime() - Date.now()) < 86_400_000)
    const { id: _, at: _at, ...kept } = found
    assert.deepEqual(kept, asked(sample.id))
  })

  test('one truth: the record is read newest first, by resource, principal and time, page by page', async () => {
    const { records } = await make(longLease)
    const [ann, bob, one, other] = [randomUUID(), randomUUID(), sampleProject(), sampleProject()]
    const ids = [
      await records.add(entry({ principal: ann, resource: one })),
      await records.add(entry({ principal: bob, resource: one, action: 'download' })),
      await records.add(entry({ principal: ann, resource: other })),
    ]
    const read = async (filter: Parameters<typeof records.list>[0]) =>
      (await records.list(filter)).map(({ id }) => ids.indexOf(id))
    assert.deepEqual(await read({ resource: one }), [1, 0])
    assert.deepEqual(await read({ principal: ann }), [2, 0])
    assert.deepEqual(await read({ principal: ann, resource: one }), [0])
    assert.deepEqual(await read({ principal: ann, limit: 1 }), [2])
    assert.deepEqual(await read({ principal: ann, limit: 1, after: ids[2] ?? '' }), [0])
    const [newest] = await records.list({ principal: ann })
    const at = newest?.at ?? assert.fail('nothing was found')
    const soon = new Date(at.getTime() + 1)
    assert.deepEqual(await read({ principal: ann, to: soon }), [2, 0])
    assert.deepEqual(await read({ principal: ann, from: soon }), [])
    assert.deepEqual(await read({ principal: ann, to: new Date(0) }), [])
    assert.deepEqual(await read({ resource: { ...one, kind: 'scenario' } }), [])
  })

  test('one truth: what came of a download is recorded with its bytes', async () => {
    const { records } = await make(longLease)
    const principal = randomUUID()
    const [done, cut] = [await records.add(entry({ principal })), await records.add(entry({ principal }))]
    await records.end(done, { outcome: 'done', bytes: 5_000_000_000 })
    await records.end(cut, { outcome: 'failed', bytes: 7, code: 'cancelled' })
    assert.deepEqual(
      (await records.list({ principal })).map(({ outcome, bytes, code }) => [outcome, bytes, code]),
      [
        ['failed', 7, 'cancelled'],
        ['done', 5_000_000_000, undefined],
      ],
    )
  })

  test('honest counts: refusals beyond those of a minute are counted, and no one else is', async () => {
    const { records } = await make(longLease)
    const [eve, ann] = [randomUUID(), randomUUID()]
    const most = storeDefaults.refusedPerMinute
    const refused = (principal: string) => entry({ principal, outcome: 'refused', code: 'forbidden' })
    await records.add(entry({ principal: eve }))
    for (let at = 0; at < most + 20; at++) await records.add(refused(eve))
    await records.add(refused(ann))
    await records.add(entry({ principal: eve }))
    const limit = 10 * most
    const ofEve = (await records.list({ principal: eve, limit })).filter(
      ({ outcome }) => outcome === 'refused',
    )
    assert.equal(ofEve.length, most)
    assert.equal(
      ofEve.reduce((sum, { times = 1 }) => sum + times, 0),
      most + 20,
    )
    assert.equal((await records.list({ principal: eve, limit })).length, most + 2)
    assert.deepEqual(
      (await records.list({ principal: ann })).map(({ times }) => times),
      [undefined],
    )
  })

  test('one truth: an address that is erased is in no entry, and entries that are too old are deleted', async () => {
    const { records } = await make(longLease)
    const [principal, recipient] = [randomUUID(), `${randomUUID()}@example.org`]
    for (const one of [recipient, 'someone else', recipient])
      await records.add(entry({ principal, recipient: one }))
    assert.equal(await records.eraseRecipient(recipient), 2)
    assert.equal(await records.eraseRecipient(recipient), 0)
    const left = await records.list({ principal })
    assert.deepEqual(
      left.map((one) => one.recipient),
      [undefined, 'someone else', undefined],
    )
    assert.equal(await records.sweep(new Date(0), 10), 0)
    assert.equal((await records.list({ principal })).length, 3)
    const later = new Date(Date.now() + 86_400_000)
    assert.equal(await records.sweep(later, 1), 1)
    while ((await records.sweep(later, 1000)) > 0);
    assert.deepEqual(await records.list({ principal }), [])
  })
}

function entry(of: Partial<NewRecordEntry>): NewRecordEntry {
  return { principal: 'someone', action: 'export', outcome: 'allowed', ...of }
}
