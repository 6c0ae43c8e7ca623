import assert from 'node:assert/strict'
import { setTimeout as sleep } from 'node:timers/promises'
import type { JobHandle, JobReport } from '@piecework/core'
import type { ResourceRef } from '@piecework/core/piece'
import { needsOwnServer, needsServer, schemaPrints } from '@piecework/test-support'
import { suite } from 'uvu'
import { smallProject } from '../importers/small-project.js'
import { bytes } from '../importers/uploads.js'
import { outputZip } from '../output/support/output-zip.js'
import { features } from '../output/support/small-output.js'
import { box, layer, text } from '../shapefiles/support/uploads.js'
import { barrierAt } from './support/barrier.js'
import { assertEqualProjects } from './support/compare.js'
import { contentsOf } from './support/contents.js'
import { type Host, type HostDatabase, hostDatabase, hostOn } from './support/host.js'
import { type SplitDatabases, type SplitHost, splitDatabases, splitHost } from './support/split-host.js'
import { ann, tinyProject } from './support/tiny-project.js'

const test = needsOwnServer(
  needsServer(suite('planning projects whose rows are in databases of two servers')),
)

let plainDatabase: HostDatabase
let plain: Host
let databases: SplitDatabases
let host: SplitHost
/** In two databases. */
let project: ResourceRef

test.before(async () => {
  plainDatabase = await hostDatabase()
  plain = await hostOn(plainDatabase)
  databases = await splitDatabases()
  host = await splitHost(databases.urls)
})
test.after(async () => {
  await plain.stop()
  await host.stop()
  await plainDatabase.drop()
  await databases.drop()
})

async function succeeded(job: Promise<JobHandle>): Promise<JobReport & { readonly made: ResourceRef }> {
  const report = await (await job).ended()
  assert.equal(report.job.status, 'succeeded', JSON.stringify([report.job.error, report.findings]))
  return { ...report, made: report.job.result.resource ?? report.job.tree }
}

/** The archive of a project here, for another host. */
async function archiveOf({ piecework, artifacts }: Host, resource: ResourceRef) {
  const { job } = await succeeded(piecework.export({ resource, principal: ann }))
  return { stream: artifacts.open(job.result.archive?.artifact ?? assert.fail()) }
}

const importInto = async ({ piecework }: Host, archive: Awaited<ReturnType<typeof archiveOf>>) =>
  succeeded(piecework.import({ archive, principal: ann }))

/** All rows of both. What the second keeps of jobs goes behind their ends: it is waited for. */
async function contents() {
  for (let kept = 1; kept > 0; await sleep(20))
    kept = (
      await host.geo.query(
        'SELECT job_id FROM piecework.attempts UNION ALL SELECT job_id FROM piecework.summaries',
      )
    ).rowCount
  return { main: await contentsOf(host), geo: await schemaPrints(host.geo, 'planning') }
}

const folder = () => ({
  ...smallProject(),
  output: bytes(
    outputZip({
      'output_sum.csv': 'Run_Number,Score,Planning_Units\n1,20.5,2\n',
      'output_r00001.csv': 'PUID,SOLUTION\n1,1\n2,0\n3,0\n4,1\n',
      'output_mv00001.csv': features('7,Eel, grass,1,1.5,0,2,0,-2,yes,1'),
    }),
  ),
  ...layer('protected-areas', [box([0, 0, 0.5, 1], 'Bay'), box([0.25, 0, 1.5, 1], 'Park')], {
    columns: [text('NAME')],
  }),
  ...layer('cost-surface', [box([0, 0, 5, 1], '7')], { columns: [text('cost')] }),
})
const marxan = () => ({ format: 'legacy-marxan', uploads: folder(), principal: ann, name: 'Reefs' })

test('a Marxan folder makes the same project as in one database', async () => {
  const one = await succeeded(plain.piecework.import(marxan()))
  const two = await succeeded(host.piecework.import(marxan()))
  const carried = await importInto(plain, await archiveOf(host, two.made))
  const { resources } = await plain.piecework.diff(
    { resource: one.made, principal: ann },
    { resource: carried.made, principal: ann },
  )
  const entries = resources.flatMap(({ pieces }) => pieces.flatMap((piece) => piece.entries))
  const others = entries.filter(({ equal }) => !equal)
  // When they were made.
  assert.deepEqual(
    others.map(({ path, rows }) => [path, rows?.columns]),
    [['projects.csv', { created_at: 1, updated_at: 1 }]],
  )
})

test('an import, a clone and an export carry every row of both', async () => {
  const first = await tinyProject(plain)
  const imported = await importInto(host, await archiveOf(plain, first))
  project = imported.made
  const cloned = await succeeded(host.piecework.clone({ resource: imported.made, principal: ann }))
  const back = await importInto(plain, await archiveOf(host, cloned.made))
  await assertEqualProjects(plain, first.id, back.made.id, [imported.job.id, cloned.job.id, back.job.id])
})

type Closed = readonly [where: 'main' | 'geo', event: 'INSERT' | 'UPDATE', table: string]

/** Lets no row into a table of one of the two. */
async function closed([where, event, table]: Closed, work: () => Promise<void>): Promise<void> {
  const database = where === 'geo' ? host.geo : host.database
  await database.query(
    `CREATE FUNCTION planning.closed() RETURNS trigger LANGUAGE plpgsql
     AS $$ BEGIN RAISE check_violation USING MESSAGE = 'closed'; END $$`,
  )
  await database.query(
    `CREATE TRIGGER closed BEFORE ${event} ON planning.${table} FOR EACH ROW EXECUTE FUNCTION planning.closed()`,
  )
  try {
    await work()
  } finally {
    await database.query('DROP FUNCTION planning.closed CASCADE')
  }
}

const late: readonly Closed[] = [
  ['geo', 'INSERT', 'run_summaries'],
  ['main', 'UPDATE', 'scenarios'],
]
for (const at of late)
  test(`nothing half-made: what fails at the ${at[1]} of ${at[2]} leaves nothing in either, and succeeds when it is asked for again`, async () => {
    const before = await contents()
    let failed = ''
    await closed(at, async () => {
      const { job } = await (await host.piecework.clone({ resource: project, principal: ann })).ended()
      assert.match(job.error?.message ?? '', /closed/)
      failed = job.id
    })
    assert.deepEqual(await contents(), before)
    await succeeded(host.piecework.retry(failed, { principal: ann }))
  })

test('nothing half-made: a cancel in the middle of a statement in the second ends it, and nothing is left in either', async () => {
  const before = await contents()
  const barrier = await barrierAt(databases.urls.geo, 'run_solutions')
  try {
    const job = await host.piecework.clone({ resource: project, principal: ann })
    await barrier.reached()
    await job.cancel()
    assert.equal((await job.ended()).job.status, 'cancelled')
    assert.deepEqual(await contents(), before)
  } finally {
    await barrier.remove()
  }
})

test('nothing half-made: a draft that has failed keeps its rows hidden in both until it is deleted', async () => {
  const before = await contents()
  const { uploads, ...asked } = marxan()
  const draft = await host.piecework.createDraft(asked)
  for (const [role, source] of Object.entries(uploads)) await draft.upload(role, source)
  await closed(['main', 'INSERT', 'planning_areas'], async () => {
    const { job } = await (await draft.run()).ended()
    assert.equal(job.status, 'failed')
  })
  const { geo } = await contents()
  assert.notDeepEqual(geo, before.geo)
  await draft.delete()
  assert.deepEqual(await contents(), before)
})

test.run()
