import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import {
  type DraftPlan,
  type Job,
  type JobRequest,
  type NewJob,
  type Store,
  sourcesOf,
  type Upload,
} from '@piecework/core/store'
import type { LawTest } from '../law.js'
import { refuses } from '../refuses.js'
import { longLease, nothing } from './job-bench.js'
import type { JobStoreLawsOptions } from './job-store-laws-options.js'
import { sampleJob, sampleProject } from './sample-job.js'

const noShells = async (): Promise<void> => undefined

/** Laws of imports that are prepared: uploads first, then one run. Run by `jobStoreLaws`. */
export function draftLaws(test: LawTest, { make }: JobStoreLawsOptions): void {
  test('a prepared import holds its claim, runs nothing, and knows its uploads', async () => {
    const store = await make(longLease)
    const { job, created, later } = await prepared(store)
    assert.equal(created.status, 'draft')
    assert.deepEqual(await store.jobs.get(job.id), created)
    assert.deepEqual(await outboxOf(store, job.id), [])
    assert.deepEqual(idsOf(await store.attempts.overdue(new Date(Date.now() + 60_000)), job.id), [])
    await refuses('an edit', () => store.guard.edit(job.claims[0] ?? '', noShells), 'resource-busy')
    await refuses('the same again', () => store.drafts.create(later, noShells), 'resource-busy')

    const [first, other, second] = [uploadOf('pu.dat'), uploadOf('spec.dat'), uploadOf('pu.dat')]
    assert.equal(await store.drafts.put(job.id, first), undefined)
    assert.equal(await store.drafts.put(job.id, other), undefined)
    assert.deepEqual(await store.drafts.put(job.id, second), first)
    assert.deepEqual(sorted(await uploadsOf(store, job.id)), sorted([other, second]))
    assert.equal(await store.drafts.remove(job.id, first.id), undefined)
    assert.deepEqual(await store.drafts.remove(job.id, second.id), second)
    assert.deepEqual(await uploadsOf(store, job.id), [other])
  })

  test('one truth: what was made of some files goes into the draft whole, and only beside these', async () => {
    const store = await make(longLease)
    const { job } = await prepared(store)
    const [mine, source] = [uploadOf('pu.dat'), uploadOf('unsorted/a.zip')]
    await store.drafts.put(job.id, mine)
    await store.drafts.put(job.id, source)
    const made = (role: string): Upload => ({ ...uploadOf(role), sorted: true })
    const sorting = (of: readonly Upload[]) => ({ of: sourcesOf(of), findings: [] })
    const [first, other, second, third] = ['spec.dat', 'bound.dat', 'spec.dat', 'spec.dat'].map(made) as [
      Upload,
      Upload,
      Upload,
      Upload,
    ]
    assert.deepEqual(await store.drafts.sort(job.id, sorting([mine, source]), [first, other]), [])
    assert.deepEqual(sorted(await uploadsOf(store, job.id)), sorted([mine, source, first, other]))
    assert.deepEqual(
      await store.drafts.sort(job.id, sorting([mine, source]), [second]),
      [second],
      'the same again',
    )
    assert.deepEqual(sorted(await uploadsOf(store, job.id)), sorted([mine, source, first, other]))
    const own = uploadOf('bound.dat')
    assert.deepEqual(await store.drafts.put(job.id, own), other)
    await store.drafts.remove(job.id, own.id)
    assert.equal(
      (await store.jobs.get(job.id))?.request.input?.sorting,
      undefined,
      'it is to be sorted again',
    )
    assert.deepEqual(await store.drafts.sort(job.id, sorting([mine, source]), [second, other]), [first])
    const newer = uploadOf('unsorted/a.zip')
    await store.drafts.put(job.id, newer)
    const stale = () => store.drafts.sort(job.id, sorting([mine, source]), [first])
    await refuses('what was made of another file', stale, 'resource-busy')
    const input = (await store.jobs.get(job.id))?.request.input
    assert.deepEqual(sorted(input?.uploads ?? []), sorted([mine, newer, second, other]))
    const before = sorted([second, other])
    assert.deepEqual(sorted(await store.drafts.sort(job.id, sorting([mine, newer]), [third])), before)
    const last = (await store.jobs.get(job.id))?.request.input
    assert.deepEqual(last?.sorting, sorting([mine, newer]))
    await store.drafts.run(job.id, planOf(job, { ...job.request, ...(last && { input: last }) }))
    assert.deepEqual(sorted(await uploadsOf(store, job.id)), sorted([mine, third]))
    await refuses('a sort', () => store.drafts.sort(job.id, sorting([mine]), []), 'uploads-closed')
  })

  test('nothing half-made: where the shells cannot be made, there is neither a job nor a claim', async () => {
    const store = await make(longLease)
    const job = newPreparation()
    const broken = () => store.drafts.create(job, () => Promise.reject(new Error('no shell')))
    await assert.rejects(broken, /no shell/)
    assert.equal(await store.jobs.get(job.id), undefined)
    assert.equal((await store.drafts.create(job, noShells)).status, 'draft')
  })

  test('exactly once: of many runs one begins, with the uploads that it was planned for, and uploads are closed then', async () => {
    const store = await make(longLease)
    const { job, later } = await prepared(store)
    const upload = uploadOf('pu.dat')
    await store.drafts.put(job.id, upload)
    const stale = planOf(later, { ...job.request, input: inputOf([uploadOf('pu.dat')]) })
    await refuses('a plan for other uploads', () => store.drafts.run(job.id, stale), 'resource-busy')
    const plan = planOf(later, { ...job.request, options: { 'sample/a': 1 }, input: inputOf([upload]) })
    const runs = await Promise.allSettled([1, 2, 3].map(() => store.drafts.run(job.id, plan)))
    assert.equal(runs.filter(({ status }) => status === 'fulfilled').length, 1)
    for (const run of runs) {
      if (run.status === 'rejected')
        await refuses('a losing run', () => Promise.reject(run.reason), 'uploads-closed')
    }
    const now = (await store.jobs.get(job.id)) ?? assert.fail('the job is gone')
    assert.deepEqual(
      [now.status, now.batch, now.batches, now.request],
      ['pending', 0, plan.batches, plan.request],
    )
    assert.deepEqual(
      (await store.reports.nodes(job.id)).map(({ id, status }) => [id, status]),
      plan.nodes.map(({ id }) => [id, 'waiting']),
    )
    assert.deepEqual(await outboxOf(store, job.id), [0])
    await refuses('an upload', () => store.drafts.put(job.id, uploadOf('x')), 'uploads-closed')
    await refuses('a removal', () => store.drafts.remove(job.id, upload.id), 'uploads-closed')
    await refuses('an edit', () => store.guard.edit(job.claims[0] ?? '', noShells), 'resource-busy')
    await runAll(store, now, plan)
    assert.equal((await store.jobs.get(job.id))?.status, 'succeeded')
    await store.guard.edit(job.claims[0] ?? '', noShells)
  })

  test('one truth: who has run a draft is recorded in the step that begins it, and not without it', async () => {
    const { drafts, records, ...store } = await make(longLease)
    const { job } = await prepared({ ...store, drafts, records })
    const principal = randomUUID()
    const record = { principal, action: 'draft', outcome: 'allowed', job: job.id } as const
    const run = (input = job.request.input) =>
      drafts.run(job.id, { ...planOf(job, { ...job.request, ...(input && { input }) }), record })
    await refuses('a plan for other uploads', () => run(inputOf([uploadOf('pu.dat')])), 'resource-busy')
    assert.deepEqual(await records.list({ principal }), [])
    await run()
    await refuses('a second run', () => run(), 'uploads-closed')
    const found = await records.list({ principal })
    assert.deepEqual(
      found.map((entry) => [entry.action, entry.outcome, entry.job]),
      [['draft', 'allowed', job.id]],
    )
  })

  test('a draft that is cancelled goes to its last step, with its reason', async () => {
    const store = await make(longLease)
    const { job } = await prepared(store)
    const error = { code: 'expired', message: 'Too late.', retryable: false } as const
    const ending = await store.jobs.cancel(job.id, error)
    assert.deepEqual([ending.status, ending.outcome, ending.error], ['ending', 'cancelled', error])
    await refuses('an upload', () => store.drafts.put(job.id, uploadOf('x')), 'uploads-closed')
    assert.deepEqual(await outboxOf(store, job.id), [0])
    await end(store, job.id)
    assert.equal((await store.jobs.get(job.id))?.status, 'cancelled')
    await store.guard.edit(job.claims[0] ?? '', noShells)
  })

  test('drafts that have not changed are found, and others are not', async () => {
    const store = await make(longLease)
    const [{ job: idle }, { job: running }] = [await prepared(store), await prepared(store)]
    await store.drafts.run(running.id, planOf(running, running.request))
    const found = async (at: number) => (await store.drafts.idle(new Date(at))).includes(idle.id)
    const created = (await store.jobs.get(idle.id))?.createdAt.getTime() ?? 0
    assert.deepEqual([await found(created - 1000), await found(created + 60_000)], [false, true])
    assert.ok(!(await store.drafts.idle(new Date(created + 60_000))).includes(running.id))
    const idleMs = await store.drafts.idleMs(idle.id)
    assert.ok(idleMs !== undefined && idleMs >= 0 && idleMs < 60_000, `${idleMs}`)
    assert.equal(await store.drafts.idleMs(running.id), undefined)
  })

  test('an unknown draft is `job-not-found`', async () => {
    const { drafts } = await make(longLease)
    await refuses('put', () => drafts.put(randomUUID(), uploadOf('x')), 'job-not-found')
    await refuses('remove', () => drafts.remove(randomUUID(), 'x'), 'job-not-found')
    await refuses('sort', () => drafts.sort(randomUUID(), { of: '', findings: [] }, []), 'job-not-found')
    const job = newPreparation()
    await refuses('run', () => drafts.run(job.id, planOf(job, job.request)), 'job-not-found')
  })
}

function newPreparation(): NewJob {
  const target = sampleProject()
  return {
    ...sampleJob({ kind: 'import', target }),
    request: { options: {}, name: 'Reefs', input: inputOf([]) },
    nodes: [{ id: 'finish', task: 'finish', batch: 0 }],
    batches: 0,
  }
}

/** A stored draft, and another one of the same resource. */
async function prepared(store: Store) {
  const job = newPreparation()
  const created = await store.drafts.create(job, noShells)
  return { job, created, later: { ...newPreparation(), target: job.target, claims: job.claims } as NewJob }
}

function planOf(job: NewJob, request: JobRequest): DraftPlan {
  const { nodes, batches } = sampleJob({ batches: [['a'], ['b']], project: job.tree })
  return { nodes, batches, request }
}

const uploadOf = (role: string): Upload => {
  const id = randomUUID()
  return { id, role, artifact: `uploads/${id}`, fileName: role, size: 1, metadata: { at: id } }
}

const inputOf = (uploads: readonly Upload[]) => ({ format: 'sample', uploads })

const sorted = (uploads: readonly Upload[]) => [...uploads].sort((a, b) => (a.id < b.id ? -1 : 1))

const idsOf = (tasks: readonly { readonly job: string }[], job: string) =>
  tasks.filter((task) => task.job === job)

async function uploadsOf(store: Store, job: string): Promise<readonly Upload[]> {
  return (await store.jobs.get(job))?.request.input?.uploads ?? []
}

async function outboxOf(store: Store, job: string): Promise<readonly number[]> {
  const items = (await store.outbox.pending(10_000)).map(({ action }) => action)
  return items.flatMap((item) => (item.type === 'batch' && item.job === job ? [item.batch] : []))
}

async function runAll(store: Store, job: Job, { nodes }: DraftPlan): Promise<void> {
  for (const { id } of nodes) await end(store, job.id, id)
}

async function end(store: Store, job: string, node = 'finish'): Promise<void> {
  const lease = await store.attempts.begin({ job, node, attempt: 1 }, 'worker-of-the-laws')
  await store.attempts.run(lease ?? assert.fail(`no lease for ${node}`), nothing())
}
