import { memoryArtifacts } from '@piecework/core'
import { projectKind } from '@piecework/pieces-project'
import { needsServer } from '@piecework/testkit'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { archiveOf, type Instance, instance, principal, projectRef, succeeded } from './support/instance.js'
import { madeUpProject } from './support/made-up-project.js'
import type { PlanningDatabase } from './support/planning-database.js'

const test = needsServer(suite('parts of a project'))
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

/** What a scenario says about the units and features of its project, without ids. */
async function portable(db: PlanningDatabase, scenario: string | undefined): Promise<unknown> {
  const { rows } = await db.query(
    `SELECT c.name AS surface,
       (SELECT jsonb_agg(jsonb_build_array(u.puid, p.lock_status, p.cost) ORDER BY u.puid)
        FROM planning.scenario_planning_units p JOIN planning.planning_units u ON u.id = p.planning_unit_id
        WHERE p.scenario_id = s.id AND u.project_id = s.project_id) AS units,
       (SELECT jsonb_agg(jsonb_build_array(f.name, t.marxan_id, t.prop, u.puid, a.amount) ORDER BY f.name, u.puid)
        FROM planning.scenario_features t JOIN planning.features f ON f.id = t.feature_id
        JOIN planning.scenario_feature_amounts a ON a.scenario_feature_id = t.id
        JOIN planning.planning_units u ON u.id = a.planning_unit_id
        WHERE t.scenario_id = s.id AND u.project_id = s.project_id) AS amounts,
       (SELECT count(*) FROM planning.run_solutions r JOIN planning.planning_units u ON u.id = r.planning_unit_id
        WHERE r.scenario_id = s.id AND u.project_id = s.project_id) AS selected
     FROM planning.scenarios s LEFT JOIN planning.cost_surfaces c ON c.id = s.cost_surface_id WHERE s.id = $1`,
    [scenario],
  )
  return rows
}

test('a scenario alone is imported into a project with the same units, features and cost surfaces', async () => {
  const source = projectRef(await madeUpProject(here.db, here.shared))
  const whole = await archiveOf(here.piecework, source)
  const host = await there.piecework.import({ principal, archive: whole })
  const { resource: into } = await host.result()
  const [resource] = await projectKind.children(source, here.db)
  if (!into || !resource) throw new Error('there is no project to import into')
  const archive = await archiveOf(here.piecework, resource)
  const job = await there.piecework.import({ principal, archive, into, name: 'Guest' })
  const guest = succeeded(await job.ended())
  const [twin] = await projectKind.children(into, there.db)
  assert.equal(await portable(there.db, guest), await portable(there.db, twin?.id))

  const other = await there.db.query<{ id: string }>(
    `INSERT INTO planning.projects (name, owner_id) VALUES ('other grid', 'bo') RETURNING id::text AS id`,
  )
  const refused = await there.piecework.import({
    principal,
    archive,
    into: projectRef(other.rows[0]?.id ?? ''),
  })
  const { job: failed } = await refused.ended()
  assert.is(failed.outcome, 'failed')
  assert.is(failed.error?.code, 'scenario/other-grid')
  assert.equal(await projectKind.children(projectRef(other.rows[0]?.id ?? ''), there.db), [])
})

test('a scenario whose cost surface is not carried is told by a finding', async () => {
  const resource = projectRef(await madeUpProject(here.db, here.shared))
  const archive = await archiveOf(here.piecework, resource, ['project/cost-surfaces'])
  const report = await (await there.piecework.import({ principal, archive })).ended()
  succeeded(report)
  assert.ok(
    report.findings.some(
      ({ piece, message }) => piece === 'scenario/metadata' && message.includes('cost_surface'),
    ),
    JSON.stringify(report.findings),
  )
})

test('shared data that the target lacks refuses the import before anything is written', async () => {
  const archive = await archiveOf(here.piecework, projectRef(await madeUpProject(here.db, here.shared)))
  const bare = await instance(artifacts, async () => ({ feature: '', area: '' }))
  try {
    const { job, findings } = await (await bare.piecework.import({ principal, archive })).ended()
    assert.is(job.outcome, 'failed')
    for (const key of ['iucn:4711', 'wdpa:1']) {
      assert.ok(
        findings.some(({ severity, message }) => severity === 'error' && message.includes(key)),
        `${key} is not named in ${JSON.stringify(findings)}`,
      )
    }
    const { rows } = await bare.db.query('SELECT FROM planning.projects')
    assert.is(rows.length, 0)
  } finally {
    await bare.close()
  }
})

test.run()
