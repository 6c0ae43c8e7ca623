import { memoryArtifacts } from '@piecework/core'
import { jobIds } from '@piecework/core/piece'
import { scenarioKind } from '@piecework/pieces-scenario'
import { needsServer } from '@piecework/test-support'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import {
  archiveOf,
  forPeople,
  type Instance,
  instance,
  principal,
  projectRef,
  succeeded,
} from './support/instance.js'
import { madeUpProject } from './support/made-up-project.js'
import { ownedRows, ownIds, type Rows, renamed } from './support/owned-rows.js'

const test = needsServer(suite('round trip'))
const artifacts = memoryArtifacts()
let here: Instance
let there: Instance

test.before(async () => {
  here = await instance(artifacts)
  there = await instance(artifacts)
})
test.after(async () => {
  await here.close()
  await there.close()
})

/** The rows that an import must have made of these: new ids, the new owner, and nothing else changed. */
function expected(rows: Rows, job: string, from: Instance, to: Instance): Rows {
  const tables = ownIds(rows)
  const ids = jobIds(job)
  const moved = renamed(rows, (id) => {
    const table = tables.get(id)
    if (table !== undefined) return ids.idOf(table, id)
    return id === from.shared.feature ? to.shared.feature : id === from.shared.area ? to.shared.area : id
  })
  const projects = moved.projects?.map((row) => row.replace('"owner_id": "ana"', '"owner_id": "bo"'))
  return { ...moved, projects: projects ?? [] }
}

test('new ids: what is exported here and imported there is equal in every column but ids and owner', async () => {
  const source = await madeUpProject(here.db, here.shared)
  const before = await ownedRows(here.db, source)
  const exported = await (await here.piecework.export({ principal, resource: projectRef(source) })).ended()
  succeeded(exported)
  assert.equal(
    exported.findings.filter(({ piece }) => !forPeople.includes(piece)),
    [],
  )
  const archive = exported.job.result.archive?.artifact ?? ''

  const imported = await (await there.piecework.import({ principal, archive: { artifact: archive } })).ended()
  const target = succeeded(imported)
  assert.equal(imported.findings, [])
  const after = await ownedRows(there.db, target)
  assert.equal(after, expected(before, imported.job.id, here, there))
  const text = JSON.stringify(after)
  for (const id of ownIds(before).keys()) assert.not(text.includes(id), `the old id ${id} has survived`)
  const carried = exported.nodes.filter(({ piece = '' }) => !forPeople.includes(piece))
  const rows = carried.reduce((sum, { counts }) => sum + (counts?.rows ?? 0), 0)
  assert.is(imported.counts.rows, rows, 'honest counts: rows were lost')
  assert.equal(await scenarioKind.listUnder(projectRef(target), there.db), [
    ...imported.job.tree.children.map(({ id }) => ({
      kind: 'scenario',
      id: jobIds(imported.job.id).idOf('scenarios', id),
    })),
  ])

  const again = await archiveOf(there.piecework, projectRef(target))
  const back = await (await here.piecework.import({ principal, archive: again })).ended()
  assert.equal(await ownedRows(here.db, succeeded(back)), expected(after, back.job.id, there, here))
})

test('reproducible: exporting twice gives the same manifest', async () => {
  const resource = projectRef(await madeUpProject(here.db, here.shared))
  const [a, b] = [
    await (await here.piecework.export({ principal, resource })).result(),
    await (await here.piecework.export({ principal, resource })).result(),
  ]
  assert.ok(a.archive?.digest)
  assert.is(a.archive?.digest, b.archive?.digest)
})

test.run()
