import assert from 'node:assert/strict'
import { type ImportDraft, memoryArtifacts } from '@piecework/core'
import { isPieceworkError, type ResourceRef } from '@piecework/core/piece'
import { needsServer } from '@piecework/test-support'
import { suite } from 'uvu'
import { barrierAt } from '../end-to-end/support/barrier.js'
import { assertQuiet, planningTables } from '../end-to-end/support/contents.js'
import { type Host, type HostDatabase, hostDatabase, hostOn } from '../end-to-end/support/host.js'
import { smallProject } from '../importers/small-project.js'
import { bytes, type Uploads } from '../importers/uploads.js'

const test = needsServer(suite('preparation of a Marxan project'))

/** One process takes requests and runs nothing; another one runs what is asked for. */
let on: HostDatabase
let front: Host
let worker: Host

test.before(async () => {
  on = await hostDatabase()
  const artifacts = memoryArtifacts()
  front = await hostOn(on, { artifacts, started: false })
  worker = await hostOn(on, { artifacts })
})
test.after(async () => {
  await front.stop()
  await worker.stop()
  await on.drop()
})

const ann = { id: 'ann' }

const prepare = (more = {}): Promise<ImportDraft> =>
  front.piecework.createDraft({ format: 'legacy-marxan', principal: ann, name: 'Reefs', ...more })

async function upload(preparation: ImportDraft, files: Uploads): Promise<void> {
  for (const [role, source] of Object.entries(files)) await preparation.upload(role, source)
}

const refused = (work: Promise<unknown>, code: Parameters<typeof isPieceworkError>[1]) =>
  assert.rejects(work, (error) => isPieceworkError(error, code))

async function rowOf(table: 'projects' | 'scenarios', id = ''): Promise<Record<string, unknown> | undefined> {
  return (await front.database.query(`SELECT * FROM planning.${table} WHERE id = $1`, [id])).rows[0]
}

async function rowsLeft(): Promise<readonly string[]> {
  const left: string[] = []
  for (const table of await planningTables(front.database)) {
    if ((await front.database.query(`SELECT FROM ${table} LIMIT 1`)).rowCount) left.push(table)
  }
  return left
}

async function keysOf({ job }: ImportDraft): Promise<readonly string[]> {
  const keys: string[] = []
  for await (const key of front.artifacts.list(`jobs/${job}`)) keys.push(key)
  return keys
}

test('nothing half-made: project and scenario of one name are there, hidden and closed, until the import has succeeded', async () => {
  const preparation = await prepare({ description: 'Corals' })
  const [project, scenario] = preparation.resources
  assert.deepEqual(project, preparation.resource)
  const row = await rowOf('projects', project?.id)
  assert.deepEqual(
    [row?.name, row?.description, row?.owner_id, row?.source, row?.state],
    ['Reefs', 'Corals', 'ann', 'legacy_import', 'importing'],
  )
  const below = await rowOf('scenarios', scenario?.id)
  assert.deepEqual([below?.name, below?.project_id, below?.state], ['Reefs', project?.id, 'importing'])
  for (const resource of [project, scenario] as ResourceRef[]) {
    await refused(
      front.piecework.guard.edit(resource, async () => {}),
      'resource-busy',
    )
    await refused(front.piecework.export({ resource, principal: ann }), 'resource-not-found')
    await refused(front.piecework.clone({ resource, principal: ann }), 'resource-not-found')
  }
  const { 'pu.dat': pu, ...others } = smallProject()
  await upload(preparation, others)
  await refused(preparation.run(), 'input-incomplete')
  await upload(preparation, { 'pu.dat': pu ?? assert.fail('no pu.dat') })

  const found = await worker.piecework.draft(preparation.resource, { principal: ann })
  assert.equal((await (await found.validate()).ended()).job.status, 'succeeded')
  assert.equal((await rowOf('projects', project?.id))?.state, 'importing')
  await (await found.run()).result()
  assert.deepEqual(
    [(await rowOf('projects', project?.id))?.state, (await rowOf('scenarios', scenario?.id))?.state],
    ['ready', 'ready'],
  )
  assert.equal((await preparation.status()).status, 'succeeded')
  const results = await preparation.validationResults()
  assert.deepEqual([results.status, results.errors, results.warnings > 0], ['passed', 0, true])
  assert.deepEqual(await keysOf(preparation), [])
  for (const resource of [project, scenario] as ResourceRef[])
    await front.piecework.guard.edit(resource, async () => {})
  await front.database.query('DELETE FROM planning.projects WHERE id = $1', [project?.id])
})

test('a direct import that fails validation leaves no row and no file; there was no shell yet', async () => {
  const before = await rowsLeft()
  const uploads = smallProject({ 'pu.dat': 'id,cost\n1,ten\n' })
  const job = await worker.piecework.import({
    format: 'legacy-marxan',
    principal: ann,
    name: 'Reefs',
    uploads,
  })
  const { job: ended } = await job.ended()
  assert.equal(ended.error?.code, 'validation-failed')
  assert.deepEqual(await rowsLeft(), before)
  for await (const key of front.artifacts.list(`jobs/${ended.id}`)) assert.fail(key)
})

test('a failed import keeps a hidden, incomplete project with its results, which can do nothing but be deleted', async () => {
  const preparation = await prepare()
  const pu = 'id,cost,status\n1,ten,0\n2,20.5,1\n3,0,9\n4,1e3,3\n'
  await upload(preparation, smallProject({ 'pu.dat': pu, 'input.dat': 'BLM x\n' }))
  const report = await (await preparation.run()).ended()
  assert.equal(report.job.status, 'failed')
  const [project, scenario] = preparation.resources
  assert.deepEqual(
    [(await rowOf('projects', project?.id))?.state, (await rowOf('scenarios', scenario?.id))?.state],
    ['incomplete', 'incomplete'],
  )
  const { status, errors, files } = await preparation.validationResults()
  assert.deepEqual([status, errors], ['failed', 3])
  const told = files.flatMap(({ findings }) =>
    findings.flatMap(({ severity, file, line, code }) => (severity === 'error' ? [[file, line, code]] : [])),
  )
  assert.deepEqual(
    told.map(([file, line]) => [file, line]),
    [
      ['input.dat', 1],
      ['pu.dat', 2],
      ['pu.dat', 4],
    ],
  )
  assert.ok(told.every(([, , code]) => String(code).startsWith('legacy/')))
  assert.deepEqual(await keysOf(preparation), [])
  for (const resource of [project, scenario] as ResourceRef[]) {
    await refused(
      front.piecework.guard.edit(resource, async () => {}),
      'resource-not-found',
    )
    await refused(front.piecework.export({ resource, principal: ann }), 'resource-not-found')
  }
  await refused(preparation.run(), 'uploads-closed')
  await preparation.delete()
  assert.deepEqual(await rowsLeft(), [])
})

test('counts go beyond what is listed', async () => {
  const preparation = await prepare()
  const rows = Array.from({ length: 250 }, (_, at) => `7,1,x${at}`).join('\n')
  await upload(preparation, smallProject({ 'puvspr.dat': `species,pu,amount\n${rows}\n` }))
  await (await preparation.validate()).ended()
  const { errors, files } = await preparation.validationResults()
  const puvspr = files.find(({ file }) => file === 'puvspr.dat')
  const listed = puvspr?.findings.filter(({ severity }) => severity === 'error').length ?? 0
  assert.ok(
    errors >= 250 && (puvspr?.errors ?? 0) >= 250 && listed < 250,
    `${errors} errors, ${listed} listed`,
  )
  await preparation.delete()
})

test('a cancelled import stays hidden and incomplete, and is deleted with all that is in it', async () => {
  const preparation = await prepare()
  const barrier = await barrierAt(on.url, 'scenario_planning_units')
  try {
    await upload(preparation, smallProject())
    const job = await preparation.run()
    await barrier.reached()
    await job.cancel()
    assert.equal((await job.ended()).job.status, 'cancelled')
    assert.equal((await preparation.status()).status, 'cancelled')
    assert.equal((await rowOf('projects', preparation.resource.id))?.state, 'incomplete')
    await preparation.delete()
    assert.deepEqual(await rowsLeft(), [])
  } finally {
    await barrier.remove()
  }
  await assertQuiet(worker, preparation.resource)
})

test('deleting stops a running import', async () => {
  const preparation = await prepare()
  const barrier = await barrierAt(on.url, 'feature_amounts')
  try {
    await upload(preparation, smallProject())
    const job = await preparation.run()
    await barrier.reached()
    await preparation.delete()
    assert.equal((await job.ended()).job.status, 'cancelled')
    assert.deepEqual(await rowsLeft(), [])
  } finally {
    await barrier.remove()
  }
  await assertQuiet(worker, preparation.resource)
})

test('an upload that ends after the import has begun is refused, and its bytes are gone', async () => {
  const preparation = await prepare({ keepUploads: true })
  await upload(preparation, smallProject())
  const before = await keysOf(preparation)
  let finish = () => {}
  const held = new Promise<void>((resolve) => {
    finish = resolve
  })
  const slow = preparation.upload('pu.dat', {
    stream: (async function* () {
      yield Buffer.from('id,cost,status\n')
      await held
      yield Buffer.from('1,99,0\n2,99,0\n3,99,0\n4,99,0\n')
    })(),
  })
  const job = await preparation.run()
  finish()
  await refused(slow, 'uploads-closed')
  await job.result()
  assert.deepEqual(await keysOf(preparation), before)
  const { rows } = await front.database.query('SELECT max(cost) AS most FROM planning.cost_surface_values')
  assert.equal(Number(rows[0]?.most), 1000)
  await front.database.query('DELETE FROM planning.projects')
})

test('exactly once: of ten that run an import at once one does, and it is imported once', async () => {
  const preparation = await prepare()
  await upload(preparation, smallProject())
  const runs = await Promise.allSettled(
    Array.from({ length: 10 }, async (_, at) => {
      const { piecework } = at % 2 ? front : worker
      return (await piecework.draft(preparation.resource, { principal: ann })).run()
    }),
  )
  const won = runs.filter((run) => run.status === 'fulfilled')
  assert.equal(won.length, 1)
  await won[0]?.value.result()
  const { rows } = await front.database.query('SELECT count(*)::int AS count FROM planning.planning_units')
  assert.equal(rows[0]?.count, 4)
  await front.database.query('DELETE FROM planning.projects')
})

test('metadata of a role are checked when they come', async () => {
  const preparation = await prepare()
  const { 'planning-grid': grid = bytes('') } = smallProject()
  await preparation.upload('planning-grid', { ...grid, metadata: { idAttribute: 'FID' } })
  const again = smallProject()['planning-grid'] ?? bytes('')
  await refused(preparation.upload('planning-grid', { ...again, metadata: { id: 'FID' } }), 'options-invalid')
  await refused(preparation.upload('pu.dat', { ...bytes('id\n'), metadata: {} }), 'options-invalid')
  await preparation.delete()
})

test.run()
