import assert from 'node:assert/strict'
import type { JobHandle } from '@piecework/core'
import { needsServer, skipUnless } from '@piecework/test-support'
import { haveSamples, samplesMissing } from '@piecework/test-support/fixtures/samples.js'
import { suite } from 'uvu'
import { sampleRows, sampleUploads } from '../importers/uploads.js'
import { assertEqualProjects } from './support/compare.js'
import { assertQuiet } from './support/contents.js'
import { type Host, type HostDatabase, hostDatabase, hostOn } from './support/host.js'
import { ann } from './support/tiny-project.js'

const test = skipUnless(haveSamples, samplesMissing, needsServer(suite('a real project, all the way')))
let db: HostDatabase
let host: Host

test.before(async () => {
  db = await hostDatabase()
  host = await hostOn(db)
})
test.after(async () => {
  await host.stop()
  await db.drop()
})

const made = async (job: Promise<JobHandle>): Promise<{ readonly job: string; readonly project: string }> => {
  const handle = await job
  const { resource } = await handle.result()
  return { job: handle.id, project: resource?.id ?? assert.fail('nothing was made') }
}

// The demo takes hex-653 all the way, the tests of importers look at the largest one's rows.
const sample = 'reefs-321'
const files = { input: 'input_no_connect.dat', spec: 'spec.dat', puvspr: 'puvspr2.dat' }

test(`${sample}: folder, project, archive, project, clone: all rows of all tables are equal`, async () => {
  const { piecework } = host
  const uploads = sampleUploads(sample, files)
  const first = await made(
    piecework.import({ format: 'legacy-marxan', uploads, principal: ann, name: sample }),
  )
  const resource = { kind: 'project', id: first.project }
  const { archive } = await (await piecework.export({ resource, principal: ann })).result()
  assert.ok(archive)
  assert.equal((await piecework.verify(archive, { principal: ann })).ok, true)
  const second = await made(piecework.import({ archive, principal: ann, name: `${sample} again` }))
  const third = await made(
    piecework.clone({ resource: { kind: 'project', id: second.project }, principal: ann }),
  )
  const rows = await assertEqualProjects(host, first.project, second.project, [second.job])
  assert.ok(rows > 4 * sampleRows(sample, 'pu.dat').length, String(rows))
  await assertEqualProjects(host, second.project, third.project, [third.job])
  await assertEqualProjects(host, first.project, third.project, [second.job, third.job])
  await assertQuiet(host, ...[first, second, third].map(({ project }) => ({ kind: 'project', id: project })))
})

test('the comparison sees a single value', async () => {
  const { database } = host
  const { rows } = await database.query<{ id: string }>('SELECT id::text FROM planning.projects LIMIT 1')
  const id = rows[0]?.id ?? assert.fail()
  const resource = { kind: 'project', id }
  const copy = await made(host.piecework.clone({ resource, principal: ann }))
  await assertEqualProjects(host, id, copy.project, [copy.job])
  await database.query(
    `UPDATE planning.scenarios SET blm = blm * (1 + 1e-15) + 1e-300 WHERE project_id = $1`,
    [copy.project],
  )
  await assert.rejects(assertEqualProjects(host, id, copy.project, [copy.job]), /scenarios/)
})

test.run()
