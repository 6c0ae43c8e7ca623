import assert from 'node:assert/strict'
import { type ChildProcess, fork } from 'node:child_process'
import { once as event } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileArtifacts, type JobHandle, type Piecework } from '@piecework/core'
import type { ResourceRef } from '@piecework/core/piece'
import type { Runtime } from '@piecework/core/store'
import { inProcess } from '@piecework/runtime-inprocess'
import { needsServer } from '@piecework/test-support'
import { suite } from 'uvu'
import { smallProject } from '../importers/small-project.js'
import { addUnits, unpack } from './support/archive.js'
import { changed, once } from './support/attacks.js'
import { barrierAt } from './support/barrier.js'
import { assertQuiet, contentsOf, planningTables } from './support/contents.js'
import { type Host, type HostDatabase, hostDatabase, hostOn } from './support/host.js'
import { ann, tinyProject } from './support/tiny-project.js'

const test = needsServer(suite('crashes, repetitions and cancels'))
let db: HostDatabase
let folder: string
let host: Host
let project: ResourceRef
let archive: string
const leaseMs = 1500

test.before(async () => {
  db = await hostDatabase()
  folder = await mkdtemp(join(tmpdir(), 'piecework-crashes-'))
  host = await hostOn(db, { artifacts: fileArtifacts(folder), leaseMs })
  project = await tinyProject(host)
  const exported = await (await host.piecework.export({ resource: project, principal: ann })).result()
  archive = exported.archive?.artifact ?? assert.fail()
})
test.after(async () => {
  await host.stop()
  await db.drop()
  await rm(folder, { recursive: true, force: true })
})

const requests: Readonly<Record<string, (piecework: Piecework) => Promise<JobHandle>>> = {
  import: (piecework) => piecework.import({ archive: { artifact: archive }, principal: ann }),
  clone: (piecework) => piecework.clone({ resource: project, principal: ann }),
}

/** Rows of every table. */
async function counts(): Promise<Readonly<Record<string, number>>> {
  const found: Record<string, number> = {}
  for (const table of await planningTables(host.database)) {
    const { rows } = await host.database.query<{ n: number }>(`SELECT count(*)::int AS n FROM ${table}`)
    found[table] = rows[0]?.n ?? 0
  }
  return found
}

/** One more project like the first, nothing twice and nothing missing. */
function assertOneMore(before: Readonly<Record<string, number>>, after: Readonly<Record<string, number>>) {
  const projects = before['planning.projects'] ?? 0
  for (const [table, n] of Object.entries(before)) assert.equal(after[table], n + n / projects, table)
}

async function restarted(work: () => Promise<void>): Promise<void> {
  await host.stop()
  await work()
  host = await hostOn(db, { artifacts: fileArtifacts(folder), leaseMs })
}

for (const [kind, request] of Object.entries(requests)) {
  test(`exactly once: a process killed in the middle of an ${kind}: another one finishes the job, rows once`, async () => {
    const before = await counts()
    const barrier = await barrierAt(db.url, 'cost_surface_values')
    let job = ''
    let backend = 0
    let worker: ChildProcess | undefined
    try {
      await restarted(async () => {
        const idle = await hostOn(db, { artifacts: fileArtifacts(folder), started: false })
        job = (await request(idle.piecework)).id
        await idle.stop()
        worker = fork(new URL('./support/worker.js', import.meta.url), [db.url, folder])
        backend = await barrier.reached()
        worker.kill('SIGKILL')
        await event(worker, 'exit')
      })
      // The one that takes over stands at the barrier, and the backend of the dead one is gone.
      await barrier.reached(backend)
      const { rows } = await host.database.query('SELECT FROM pg_stat_activity WHERE pid = $1', [backend])
      assert.deepEqual(rows, [])
    } finally {
      worker?.kill('SIGKILL')
      await barrier.remove()
    }
    for await (const _ of host.piecework.watch(job, { principal: ann }));
    const report = await host.piecework.job(job, { principal: ann })
    assert.equal(report.job.status, 'succeeded', JSON.stringify(report.job.error))
    assertOneMore(before, await counts())
    await assertQuiet(host, project, report.job.target ?? project)
    const left: string[] = []
    for await (const key of host.artifacts.list('jobs')) left.push(key)
    assert.deepEqual(left, [])
  })

  test(`nothing half-made: a cancel in the middle of a statement of an ${kind} ends it, and nothing is left`, async () => {
    const before = await contentsOf(host)
    const barrier = await barrierAt(db.url, 'cost_surface_values')
    try {
      const job = await request(host.piecework)
      await barrier.reached()
      await job.cancel()
      // Nothing opens the barrier: only ending the statement can end the job.
      const { job: end } = await job.ended()
      assert.equal(end.status, 'cancelled')
      assert.deepEqual(await contentsOf(host), before)
      await host.piecework.guard.checkEditable(`project:${end.target?.id}`)
    } finally {
      await barrier.remove()
    }
    await assertQuiet(host, project)
  })

  test(`exactly once: every task run twice, by two processes: an ${kind} makes its rows once`, async () => {
    const before = await counts()
    const twice = await Promise.all(
      [1, 2].map(() => hostOn(db, { artifacts: fileArtifacts(folder), runtime: doubling(), leaseMs })),
    )
    const job = await request((twice[0] ?? host).piecework)
    const { job: end } = await job.ended()
    assert.equal(end.status, 'succeeded', JSON.stringify(end.error))
    await Promise.all(twice.map((one) => one.stop()))
    assertOneMore(before, await counts())
    await assertQuiet(host, project)
  })
}

test('exactly once: a process killed in one part of the unions of features: that part alone is made again', async () => {
  const barrier = await barrierAt(
    db.url,
    'feature_geometries',
    `(SELECT name FROM planning.features WHERE id = NEW.feature_id) = 'Eel, grass'`,
  )
  const inParts = { artifacts: fileArtifacts(folder), leaseMs, partBytes: 20 }
  const shares = async (job: string) => {
    const { nodes } = await host.piecework.job(job, { principal: ann })
    return nodes.filter(({ part }) => part !== undefined && part.range !== 'rows')
  }
  const request = { format: 'legacy-marxan', uploads: smallProject(), principal: ann, name: 'Parts' }
  await host.stop()
  host = await hostOn(db, { ...inParts, started: false })
  let worker: ChildProcess | undefined
  try {
    const { id } = await host.piecework.import(request)
    worker = fork(new URL('./support/worker.js', import.meta.url), [db.url, folder, `${inParts.partBytes}`])
    const backend = await barrier.reached()
    while ((await shares(id)).filter(({ status }) => status === 'done').length < 2) await sleep(20)
    worker.kill('SIGKILL')
    await event(worker, 'exit')
    const before = await shares(id)
    assert.deepEqual(before.map(({ status }) => status).sort(), ['done', 'done', 'running'])
    await host.stop()
    host = await hostOn(db, inParts)
    await barrier.reached(backend)
    await barrier.open()
    for await (const _ of host.piecework.watch(id, { principal: ann }));
    const { job } = await host.piecework.job(id, { principal: ann })
    assert.equal(job.status, 'succeeded', JSON.stringify(job.error))
    const ends = (nodes: typeof before) =>
      nodes.map(({ id: node, endedAt }) => [node, endedAt?.getTime()] as const)
    const ended = new Map(ends(await shares(id)))
    for (const [node, at] of ends(before)) assert.equal(at === undefined, ended.get(node) !== at, node)
    const { rows } = await host.database.query<{ n: number }>(
      `SELECT count(*)::int AS n FROM planning.feature_geometries g JOIN planning.features f ON f.id = g.feature_id
       WHERE f.project_id = $1 GROUP BY f.id`,
      [job.target?.id],
    )
    assert.deepEqual(rows, [{ n: 1 }, { n: 1 }])
    await assertQuiet(host, project, job.target ?? project)
    await host.database.query('DELETE FROM planning.projects WHERE id = $1', [job.target?.id])
  } finally {
    worker?.kill('SIGKILL')
    await barrier.remove()
    await host.stop()
    host = await hostOn(db, { artifacts: fileArtifacts(folder), leaseMs })
  }
})

/** A runtime that runs every task twice, at the same time. */
function doubling(): Runtime {
  const runtime = inProcess({ concurrency: 6 })
  return { ...runtime, submit: (tasks, options) => runtime.submit([...tasks, ...tasks], options) }
}

test('nothing half-made: a cancel in the middle of a large COPY stops it, and nothing is left', async () => {
  const before = await contentsOf(host)
  const large = changed(await unpack(host.artifacts, archive), (unpacked) => addUnits(unpacked, 100_000))
  const node = /^import .* project\/planning-units$/
  let seen = 0
  const cancel = (event: { job: string; node: string; progress: { done: number } }) => {
    if (!node.test(event.node) || event.progress.done === 0) return
    seen = Math.max(seen, event.progress.done)
    void host.piecework.cancel(event.job, { principal: ann })
  }
  host.piecework.events.on('node:progress', cancel)
  const job = await host.piecework.import({ archive: { stream: once(large) }, principal: ann })
  const { job: end, nodes } = await job.ended()
  host.piecework.events.off('node:progress', cancel)
  assert.equal(end.status, 'cancelled', JSON.stringify(end.error))
  assert.ok(seen > 0 && seen < 100_000, `${seen} rows`)
  const stopped = nodes.find(({ id }) => node.test(id))
  assert.equal(stopped?.status, 'failed')
  assert.equal(stopped?.error?.code, 'cancelled')
  assert.deepEqual(await contentsOf(host), before)
  await assertQuiet(host, project, end.target ?? project)
})

test.run()
