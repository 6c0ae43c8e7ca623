import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import {
  type JobError,
  type Lease,
  type Moments,
  type NewJob,
  type Store,
  sourcesOf,
  type Task,
} from '@piecework/core/store'
import { exportJob } from './sample.js'

const error: JobError = { code: 'sample/broken', message: 'It broke.', retryable: true }
const principal = { id: 'someone' }
const entry = { principal: principal.id, action: 'export', outcome: 'allowed' } as const
const limit = { jobs: 1000, whenFull: 'wait' } as const

/** All that a process does with its store that makes requests and runs nothing. */
export async function webWork(store: Store): Promise<void> {
  const { jobs, drafts, reports, records, retention, guard, uploads } = store
  const sample = { ...exportJob(), limit, concurrentJobs: 1000, record: entry }
  const { id } = await jobs.create(sample)
  await jobs.get(id)
  await jobs.list({ resource: sample.tree })
  await reports.nodes(id)
  await reports.summary(id)
  await reports.findings(id)
  await store.replacedValues.page(id)
  await reports.untouched(id)
  await jobs.cancel(id)

  const key = { key: id, digest: 'd' }
  const keyed = { ...exportJob(), requestKey: key }
  await jobs.create(keyed)
  await jobs.byRequestKey(keyed.principal.id, key.key)
  await jobs.withdraw(keyed.id)

  const draft = exportJob()
  const input = { format: 'sample', uploads: [] }
  await drafts.create(
    { ...draft, request: { options: {}, input }, batches: 0, nodes: draft.nodes.slice(1) },
    async () => {},
  )
  const upload = { id: randomUUID(), role: 'a', artifact: 'a', fileName: 'a', size: 1 }
  await drafts.put(draft.id, upload)
  await drafts.remove(draft.id, upload.id)
  const asked = {
    ...{ id: randomUUID(), principal, job: draft.id, role: 'b', fileName: 'b', size: 2, ttlMs: 1000 },
    quota: { uploads: 1000, bytes: 1000 },
  }
  await uploads.create(asked)
  const { fence } = await uploads.acquire(asked.id)
  await uploads.add({ id: asked.id, fence }, { size: 1, ttlMs: 1000 })
  await uploads.get(asked.id)
  await uploads.parts(asked.id)
  await uploads.remove(asked.id)
  await drafts.sort(draft.id, { of: sourcesOf([]), findings: [] }, [])
  await drafts.run(draft.id, {
    nodes: draft.nodes,
    batches: 1,
    limit,
    request: { options: {}, input },
    record: entry,
  })

  await records.add({ ...entry, outcome: 'refused' })
  const download = await records.add(entry)
  await records.end(download, { outcome: 'done', bytes: 1 })
  await records.list({ principal: principal.id })
  await records.eraseRecipient('nobody')

  const path = `project:${randomUUID()}`
  const claim = await guard.claim([path], { id: path, kind: 'run' })
  await claim.release()
  await guard.edit(path, async (edit) => edit.check())
  await guard.checkEditable(path)
  await guard.holders(path)
  await guard.release(path)

  const { credentials, links, meters, revocations } = store
  const sealing = { key: 'k', sealed: 's' }
  const owned = { id: randomUUID(), owner: principal.id }
  await credentials.add({ ...owned, target: 's3', name: 'Mine', ...sealing })
  await credentials.get(owned.id)
  await credentials.list({ owner: principal.id })
  await credentials.mark(owned.id, 'gone')
  for (const one of await credentials.sealedByOthers('other', { limit: 1 }))
    await credentials.reseal(one.id, sealing, sealing)
  await credentials.remove(owned.id, principal.id)
  for (const link of await links.list({ limit: 1 })) await links.get(link.id)
  await links.revoke(randomUUID())
  await meters.take(principal.id, { requests: 1, downloads: 1, bytes: 0 }, { requests: 100 })
  await meters.list({ principal: principal.id })
  await revocations.add(id, new Date())
  await revocations.add(id, new Date())
  await revocations.has(randomUUID())

  await retention.list({ resource: sample.tree, limit: 1 })
  await retention.expire(id)
  await retention.expired(1, 0)
  await retention.markDeleted(id)
}

/** Whatever a worker does with its store, to jobs that `web` has requested. `lapse` makes leases lapse. */
export async function workerWork(web: Store, store: Store, lapse: () => Promise<unknown>): Promise<void> {
  const { attempts, reports, outbox, limits, drafts, retention, jobs, records, states, moments } = store
  const begun = async (job: NewJob, node: string, attempt = 1): Promise<Lease> => {
    const task: Task = { job: job.id, node, attempt }
    return (await attempts.begin(task, 'worker')) ?? assert.fail(`${node} cannot begin`)
  }
  const sample: NewJob = { ...exportJob(), request: { options: {}, onSuccess: [{ action: 'a', input: {} }] } }
  await web.jobs.create(sample)
  const items = await outbox.pending(1000)
  await outbox.acknowledge(items.map(({ id }) => id))
  await jobs.submitted(sample.id)
  for (const upload of await store.uploads.expired(1)) await store.uploads.remove(upload.id)
  await store.uploads.hasJob(sample.id)
  await store.uploads.remove(randomUUID())
  const first = await begun(sample, 'a')
  await attempts.heartbeat(first, { done: 1 })
  await attempts.fail(first, error, [], 0)
  await attempts.fail(await begun(sample, 'a', 2), error, [], { givenBackForMs: 0 })
  await begun(sample, 'a', 2)
  await lapse()
  await attempts.overdue(new Date())
  const again = await begun(sample, 'a', 2)
  await states.put(again, 1)
  await states.put(again, 2)
  await states.get(again)
  await store.putFiles.announce(again, ['a'])
  await store.putFiles.withdraw(again, ['a'])
  await attempts.run(again, async (tx) => {
    await store.keys.add(again, 'table', [{ oldFrom: 1n, newFrom: 2n, length: 1 }], tx)
    await store.summaries.add(again, 'one', tx)
    await store.replacedValues.add(again, [], tx)
    return { findings: [{ severity: 'warning', code: 'sample/odd', piece: 'a', message: 'Odd.' } as never] }
  })
  await store.putFiles.unneeded(sample.id, { all: false })
  await store.putFiles.left(0)
  await store.putFiles.forget(['0'])
  await store.keys.ranges(sample.id, 'table', { limit: 1 })
  await store.summaries.nodes(sample.id)
  await reports.nodes(sample.id)
  await reports.summary(sample.id)
  await reports.findings(sample.id)
  const archive = { artifact: 'a', size: 1, digest: 'd', sha256: 's', expiresAt: new Date(0) }
  await attempts.run(await begun(sample, 'finish'), async () => ({ result: { archive } }))
  await attempts.run(await begun(sample, 'follow-up onSuccess/0'), { output: 1 })
  for (const job of await retention.expired(1000, 0)) await retention.markDeleted(job.id)

  await readAtMoments(web, begun, moments ?? assert.fail('no moments'))

  const failing = { ...exportJob(), limit: { jobs: 1000, whenFull: 'wait' as const } }
  await web.jobs.create(failing)
  await attempts.fail(await begun(failing, 'a'), error, [])
  await attempts.run(await begun(failing, 'finish'), async () => ({ result: { retryUntil: new Date(0) } }))
  await reports.untouched(failing.id)
  const late = { ...exportJob(), timeLimitMs: 1 }
  await web.jobs.create(late)
  await lapse()
  await limits.expire()
  await limits.admit()
  await attempts.run(await begun(late, 'finish'), {})
  for (const job of await drafts.idle(new Date(0))) await jobs.cancel(job)
  for (const job of await retention.expired(1000, 0)) await retention.markDeleted(job.id)
  await retention.list({ limit: 1, resource: sample.tree })
  await retention.expire(sample.id)
  await retention.acquireTurn(randomUUID(), 1)
  await records.add({ ...entry, outcome: 'refused' })
  await records.sweep(new Date(0), 1)
  await store.credentials.get(randomUUID())
  await store.credentials.mark(randomUUID(), 'gone')
  const link = { id: randomUUID(), job: sample.id, output: 'archive', owner: 'someone' }
  await store.links.add({ ...link, expiresAt: new Date(0) })
  await store.links.get(link.id)
  await store.links.sweep(new Date(1), 1)
  await store.meters.sweep(new Date(0), 1)
  await store.revocations.sweep(1)
}

/** One node reads at the job's moment, another one at the next. */
async function readAtMoments(
  web: Store,
  begun: (job: NewJob, node: string) => Promise<Lease>,
  moments: Moments,
): Promise<void> {
  const { signal } = new AbortController()
  const both = exportJob()
  const [first] = both.nodes
  assert.ok(first)
  const job = { ...both, nodes: [...both.nodes, { ...first, id: 'b' }] }
  await web.jobs.create(job)
  const read = async (node: string) =>
    (await moments.read(await begun(job, node), (tx) => tx.query('SELECT'), { signal })).moment
  assert.equal(await read('a'), 1)
  await moments.sweep()
  await moments.release()
  assert.equal(await read('b'), 2)
  assert.equal(await moments.isTaken(job.id), true)
  await moments.release()
  await web.jobs.cancel(job.id)
}
