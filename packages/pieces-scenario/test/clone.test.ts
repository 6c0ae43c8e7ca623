import { memoryArtifacts } from '@piecework/core'
import { jobIds } from '@piecework/core/piece'
import { projectKind } from '@piecework/pieces-project'
import { scenarioKind } from '@piecework/pieces-scenario'
import { needsServer } from '@piecework/test-support'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { archiveOf, type Instance, instance, principal, projectRef, succeeded } from './support/instance.js'
import { madeUpProject } from './support/made-up-project.js'
import { ownedRows, ownIds, renamed } from './support/owned-rows.js'

const test = needsServer(suite('clone'))
const artifacts = memoryArtifacts()
let here: Instance

test.before(async () => {
  here = await instance(artifacts)
})
test.after(async () => {
  await here.close()
})

test('a clone is equal in every column but ids, owner and the name that was asked for', async () => {
  const source = await madeUpProject(here.db, here.shared)
  const before = await ownedRows(here.db, source)
  const cloned = await (
    await here.piecework.clone({ principal, resource: projectRef(source), name: 'Copy' })
  ).ended()
  const after = await ownedRows(here.db, succeeded(cloned))
  assert.equal(cloned.findings, [])
  const tables = ownIds(before)
  const moved = renamed(before, (id) => {
    const table = tables.get(id)
    return table === undefined ? id : jobIds(cloned.job.id).idOf(table, id)
  })
  const own = JSON.parse(moved.projects?.[0] ?? '') as Record<string, unknown>
  assert.equal(JSON.parse(after.projects?.[0] ?? ''), { ...own, owner_id: 'bo', name: 'Copy' })
  assert.equal({ ...after, projects: [] }, { ...moved, projects: [] })
  assert.equal(await ownedRows(here.db, source), before, 'the source has changed')
})

test('a scenario is cloned inside its project, on the same units and features', async () => {
  const source = await madeUpProject(here.db, here.shared)
  const [first] = await scenarioKind.listUnder(projectRef(source), here.db)
  if (!first) throw new Error('the made-up project has scenarios')
  const job = await here.piecework.clone({ principal, resource: first, name: 'Variant' })
  const report = await job.ended()
  const variant = succeeded(report)
  assert.equal(report.findings, [])
  const { rows } = await here.db.query(
    'SELECT number, name, project_id::text AS project FROM planning.scenarios WHERE id = $1',
    [variant],
  )
  assert.equal(rows, [{ number: 4, name: 'Variant', project: source }])
  const differing = await here.db.query(
    `SELECT planning_unit_id, lock_status, in_starting_reserve, lock_set_by_user, protected_area, cost
     FROM planning.scenario_planning_units WHERE scenario_id = $1
     EXCEPT SELECT planning_unit_id, lock_status, in_starting_reserve, lock_set_by_user, protected_area, cost
     FROM planning.scenario_planning_units WHERE scenario_id = $2`,
    [first.id, variant],
  )
  assert.equal(differing.rows, [])
})

test('a name that is given wins over the one of the content', async () => {
  const archive = await archiveOf(here.piecework, projectRef(await madeUpProject(here.db, here.shared)))
  const job = await here.piecework.import({ principal, archive, name: 'Given' })
  const { resource } = await job.result()
  assert.equal(resource && (await projectKind.describe(resource, here.db)), { name: 'Given' })
})

test.run()
