import assert from 'node:assert/strict'
import type { JobReport } from '@piecework/core'
import { isPieceworkError, jobIds, type ResourceRef } from '@piecework/core/piece'
import { resourcePath } from '@piecework/core/store'
import { fromKnex } from '@piecework/postgres'
import { needsServer } from '@piecework/test-support'
import knex from 'knex'
import { suite } from 'uvu'
import { assertQuiet, contentsOf } from './support/contents.js'
import { type Host, type HostDatabase, hostDatabase, hostOn } from './support/host.js'
import { ann, tinyProject } from './support/tiny-project.js'

const test = needsServer(suite('claims across processes'))
let db: HostDatabase
let host: Host
let project: ResourceRef

test.before(async () => {
  db = await hostDatabase()
  host = await hostOn(db)
  project = await tinyProject(host)
})
test.after(async () => {
  await host.stop()
  await db.drop()
})

const isBusy = (error: unknown) => isPieceworkError(error, 'resource-busy')

/** While no process carries out jobs: a few processes that only ask, on the same database and artifacts. */
async function whileNothingRuns(work: (idle: readonly Host[]) => Promise<void>): Promise<void> {
  const { artifacts } = host
  await host.stop()
  const idle = await Promise.all([1, 2, 3].map(() => hostOn(db, { artifacts, started: false })))
  try {
    await work(idle)
  } finally {
    await Promise.all(idle.map((one) => one.stop()))
    host = await hostOn(db, { artifacts })
  }
}

test('exclusion: of three hundred exports asked for at once on several connections one is accepted', async () => {
  let accepted: readonly string[] = []
  await whileNothingRuns(async (idle) => {
    const asked = await Promise.allSettled(
      Array.from({ length: 300 }, (_, at) => {
        const { piecework } = idle[at % idle.length] ?? host
        return piecework.export({ resource: project, principal: ann })
      }),
    )
    accepted = asked.flatMap((one) => (one.status === 'fulfilled' ? [one.value.id] : []))
    const refusals = asked.flatMap((one) => (one.status === 'rejected' ? [one.reason as Error] : []))
    assert.deepEqual(
      refusals.filter((error) => !isBusy(error)),
      [],
    )
    assert.match(refusals.at(-1)?.message ?? '', new RegExp(project.id))
  })
  assert.equal(accepted.length, 1)
  assert.equal((await ended(accepted[0] ?? '')).job.status, 'succeeded')
  await assertQuiet(host, project)
})

test('exclusion: a clone claims source and target from its acceptance on', async () => {
  const before = await contentsOf(host)
  let clone = ''
  await whileNothingRuns(async ([idle = host]) => {
    const { piecework } = idle
    const job = await piecework.clone({ resource: project, principal: ann })
    clone = job.id
    for (const resource of [project, targetOf(clone)]) {
      await assert.rejects(piecework.guard.checkEditable(resourcePath([resource])), isBusy)
      const scenario = resourcePath([
        resource,
        { kind: 'scenario', id: '00000000-0000-4000-8000-000000000001' },
      ])
      await assert.rejects(
        piecework.guard.edit(scenario, async () => {}),
        isBusy,
      )
    }
    await assert.rejects(piecework.export({ resource: project, principal: ann }), isBusy)
    await job.cancel()
  })
  assert.equal((await ended(clone)).job.status, 'cancelled')
  assert.deepEqual(await contentsOf(host), before)
  await assertQuiet(host, project, targetOf(clone))
})

const targetOf = (job: string): ResourceRef => ({
  kind: 'project',
  id: jobIds(job).idOf('projects', project.id),
})

async function ended(job: string): Promise<JobReport> {
  for await (const _ of host.piecework.watch(job, { principal: ann }));
  return host.piecework.job(job, { principal: ann })
}

test('exclusion: an import into a project that is busy is refused, and its upload is not kept', async () => {
  const { rows } = await host.database.query<{ id: string }>(
    'SELECT id::text FROM planning.scenarios WHERE project_id = $1',
    [project.id],
  )
  const scenario = { kind: 'scenario', id: rows[0]?.id ?? '' }
  const { archive } = await (await host.piecework.export({ resource: scenario, principal: ann })).result()
  const bytes: Uint8Array[] = []
  for await (const chunk of host.artifacts.open(archive?.artifact ?? '')) bytes.push(chunk)
  const solver = await host.piecework.guard.claim([resourcePath([project])], {
    id: 'run-1',
    kind: 'solver-run',
  })
  const before = await contentsOf(host)
  const into = () =>
    host.piecework.import({
      archive: {
        stream: (async function* () {
          yield* bytes
        })(),
      },
      into: project,
      principal: ann,
    })
  await assert.rejects(into(), (error) => isBusy(error) && /solver-run/.test(String(error)))
  assert.deepEqual(await contentsOf(host), before)
  await solver.release()
  const made = await (await into()).result()
  assert.equal(made.resource?.kind, 'scenario')
  await assertQuiet(host, project)
})

test('exclusion: an edit of the host keeps a job waiting or has it refused, never beside it', async () => {
  await host.piecework.guard.edit(resourcePath([project]), async () => {
    await assert.rejects(host.piecework.export({ resource: project, principal: ann }), isBusy)
  })
  await (await host.piecework.export({ resource: project, principal: ann })).result()
})

test('using(trx): a job of a knex transaction starts after its commit and never after its rollback', async () => {
  const client = knex({ client: 'pg', connection: db.url, pool: { min: 0, max: 2 } })
  try {
    const rolledBack = await client.transaction()
    const lost = await host.piecework
      .using(fromKnex(rolledBack))
      .export({ resource: project, principal: ann })
    await rolledBack.rollback()
    await assert.rejects(host.piecework.job(lost.id, { principal: ann }), (error) =>
      isPieceworkError(error, 'job-not-found'),
    )
    await assertQuiet(host, project)

    const before = await contentsOf(host)
    const trx = await client.transaction()
    await trx.raw('UPDATE planning.projects SET description = ? WHERE id = ?', [
      'changed with it',
      project.id,
    ])
    const using = host.piecework.using(fromKnex(trx))
    const job = await using.export({ resource: project, principal: ann })
    await new Promise((resolve) => setTimeout(resolve, 600))
    await assert.rejects(host.piecework.job(job.id, { principal: ann }), (error) =>
      isPieceworkError(error, 'job-not-found'),
    )
    assert.deepEqual(await contentsOf(host), before)
    await trx.commit()
    const { archive } = await job.result()
    assert.ok(archive)
    await assertQuiet(host, project)
  } finally {
    await client.destroy()
  }
})

test('using(trx): a refusal leaves the host’s transaction usable', async () => {
  const client = knex({ client: 'pg', connection: db.url, pool: { min: 0, max: 2 } })
  const claim = await host.piecework.guard.claim([resourcePath([project])], { id: 'r', kind: 'solver-run' })
  try {
    const trx = await client.transaction()
    const using = host.piecework.using(fromKnex(trx))
    await assert.rejects(using.export({ resource: project, principal: ann }), isBusy)
    await assert.rejects(
      using.export({ resource: { kind: 'project', id: "'; DROP TABLE" }, principal: ann }),
      (error) => isPieceworkError(error, 'resource-not-found'),
    )
    const { rows } = await trx.raw('SELECT 1 AS alive')
    assert.deepEqual(rows, [{ alive: 1 }])
    await trx.commit()
  } finally {
    await claim.release()
    await client.destroy()
  }
})

test.run()
