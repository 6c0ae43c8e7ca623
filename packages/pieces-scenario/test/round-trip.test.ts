import {
  createPiecework,
  jobIds,
  memoryArtifacts,
  memoryStore,
  type Piecework,
  type ResourceRef,
} from '@piecework/core'
import { planningProject, projectKind } from '@piecework/pieces-project'
import { planningScenario } from '@piecework/pieces-scenario'
import { inProcess } from '@piecework/runtime-inprocess'
import { needsServer } from '@piecework/testkit'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { madeUpProject, sharedRows } from './support/made-up-project.js'
import { ownedRows, ownIds, type Rows, renamed } from './support/owned-rows.js'
import { type PlanningDatabase, planningDatabase } from './support/planning-database.js'

const test = needsServer(suite('round trip'))
const principal = { id: 'bo' }
const artifacts = memoryArtifacts()
let here: PlanningDatabase
let there: PlanningDatabase
let pieceworkHere: Piecework
let pieceworkThere: Piecework
let shared: { feature: string; area: string }
let sharedThere: { feature: string; area: string }

test.before(async () => {
  const open = async (): Promise<[PlanningDatabase, Piecework]> => {
    const database = await planningDatabase()
    const piecework = createPiecework({
      packs: [planningProject(), planningScenario()],
      runtime: inProcess({ concurrency: 4 }),
      store: memoryStore({ database }),
      artifacts,
    })
    await piecework.start()
    return [database, piecework]
  }
  ;[here, pieceworkHere] = await open()
  ;[there, pieceworkThere] = await open()
  shared = await sharedRows(here)
  sharedThere = await sharedRows(there)
})
test.after(async () => {
  await pieceworkHere.stop()
  await pieceworkThere.stop()
  await here.close()
  await there.close()
})

const project = (id: string): ResourceRef => ({ kind: 'project', id })

/** The rows that a job must have made of these: new ids, the new owner, and nothing else changed. */
function expected(rows: Rows, job: string): Rows {
  const tables = ownIds(rows)
  const ids = jobIds(job)
  const moved = renamed(rows, (id) => {
    const table = tables.get(id)
    if (table !== undefined) return ids.idOf(table, id)
    return id === shared.feature ? sharedThere.feature : id === shared.area ? sharedThere.area : id
  })
  const projects = moved.projects?.map((row) => row.replace('"owner_id": "ana"', '"owner_id": "bo"'))
  return { ...moved, projects: projects ?? [] }
}

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

test('law 4: what is exported here and imported there is equal in every column but ids and owner', async () => {
  const source = await madeUpProject(here, shared)
  const before = await ownedRows(here, source)
  const exported = await (await pieceworkHere.export({ principal, resource: project(source) })).ended()
  assert.is(exported.job.outcome, 'succeeded', JSON.stringify(exported.job.error))
  assert.equal(exported.findings, [])
  const archive = exported.job.result.archive?.artifact ?? ''

  const imported = await (await pieceworkThere.import({ principal, archive: { artifact: archive } })).ended()
  assert.is(imported.job.outcome, 'succeeded', JSON.stringify([imported.job.error, imported.findings]))
  assert.equal(imported.findings, [])
  const target = imported.job.target?.id ?? ''
  const after = await ownedRows(there, target)
  assert.equal(after, expected(before, imported.job.id))
  const text = JSON.stringify(after)
  for (const id of ownIds(before).keys()) assert.not(text.includes(id), `the old id ${id} has survived`)
  assert.is(imported.counts.rows, exported.counts.rows, 'law 11: rows were lost')
  assert.equal(await projectKind.children(project(target), there), [
    ...imported.job.tree.children.map(({ id }) => ({
      kind: 'scenario',
      id: jobIds(imported.job.id).idOf('scenarios', id),
    })),
  ])

  const again = await (await pieceworkThere.export({ principal, resource: project(target) })).ended()
  const back = await (
    await pieceworkHere.import({ principal, archive: { artifact: again.job.result.archive?.artifact ?? '' } })
  ).ended()
  assert.is(back.job.outcome, 'succeeded', JSON.stringify([back.job.error, back.findings]))
  const tables = ownIds(after)
  const returned = renamed(after, (id) => {
    const table = tables.get(id)
    if (table !== undefined) return jobIds(back.job.id).idOf(table, id)
    return id === sharedThere.feature ? shared.feature : id === sharedThere.area ? shared.area : id
  })
  assert.equal(await ownedRows(here, back.job.target?.id ?? ''), returned)
})

test('law 9: exporting twice gives the same manifest', async () => {
  const resource = project(await madeUpProject(here, shared))
  const [a, b] = [
    await (await pieceworkHere.export({ principal, resource })).result(),
    await (await pieceworkHere.export({ principal, resource })).result(),
  ]
  assert.ok(a.archive?.digest)
  assert.is(a.archive?.digest, b.archive?.digest)
})

test('a clone is equal in every column but ids, owner and the name that was asked for', async () => {
  const source = await madeUpProject(here, shared)
  const before = await ownedRows(here, source)
  const cloned = await (
    await pieceworkHere.clone({ principal, resource: project(source), name: 'Copy' })
  ).ended()
  assert.is(cloned.job.outcome, 'succeeded', JSON.stringify([cloned.job.error, cloned.findings]))
  assert.equal(cloned.findings, [])
  const after = await ownedRows(here, cloned.job.target?.id ?? '')
  const tables = ownIds(before)
  const moved = renamed(before, (id) => {
    const table = tables.get(id)
    return table === undefined ? id : jobIds(cloned.job.id).idOf(table, id)
  })
  const own = JSON.parse(moved.projects?.[0] ?? '') as Record<string, unknown>
  assert.equal(JSON.parse(after.projects?.[0] ?? ''), { ...own, owner_id: 'bo', name: 'Copy' })
  assert.equal({ ...after, projects: [] }, { ...moved, projects: [] })
  assert.equal(await ownedRows(here, source), before, 'the source has changed')
})

test('the name given to an import wins over the one in the archive', async () => {
  const resource = project(await madeUpProject(here, shared))
  const { archive } = await (await pieceworkHere.export({ principal, resource })).result()
  const job = await pieceworkThere.import({
    principal,
    archive: { artifact: archive?.artifact ?? '' },
    name: 'Given',
  })
  const { resource: made } = await job.result()
  assert.equal(made && (await projectKind.describe(made, there)), { name: 'Given' })
})

test('a scenario is cloned inside its project, on the same units and features', async () => {
  const source = await madeUpProject(here, shared)
  const [first] = await projectKind.children(project(source), here)
  if (!first) throw new Error('the made-up project has scenarios')
  const job = await pieceworkHere.clone({ principal, resource: first, name: 'Variant' })
  const { job: done, findings } = await job.ended()
  assert.is(done.outcome, 'succeeded', JSON.stringify([done.error, findings]))
  assert.equal(findings, [])
  const { rows } = await here.query(
    'SELECT number, name, project_id::text AS project FROM planning.scenarios WHERE id = $1',
    [done.target?.id],
  )
  assert.equal(rows, [{ number: 4, name: 'Variant', project: source }])
  const differing = await here.query(
    `SELECT planning_unit_id, lock_status, in_starting_reserve, lock_set_by_user, protected_area, cost
     FROM planning.scenario_planning_units WHERE scenario_id = $1
     EXCEPT SELECT planning_unit_id, lock_status, in_starting_reserve, lock_set_by_user, protected_area, cost
     FROM planning.scenario_planning_units WHERE scenario_id = $2`,
    [first.id, done.target?.id],
  )
  assert.equal(differing.rows, [])
})

test('a scenario alone is imported into a project with the same units, features and cost surfaces', async () => {
  const source = project(await madeUpProject(here, shared))
  const whole = await (await pieceworkHere.export({ principal, resource: source })).result()
  const host = await pieceworkThere.import({
    principal,
    archive: { artifact: whole.archive?.artifact ?? '' },
  })
  const { resource: into } = await host.result()
  const [resource] = await projectKind.children(source, here)
  if (!into || !resource) throw new Error('there is no project to import into')
  const alone = await (await pieceworkHere.export({ principal, resource })).result()
  const archive = { artifact: alone.archive?.artifact ?? '' }
  const job = await pieceworkThere.import({ principal, archive, into, name: 'Guest' })
  const { job: done, findings } = await job.ended()
  assert.is(done.outcome, 'succeeded', JSON.stringify([done.error, findings]))
  const [twin] = await projectKind.children(into, there)
  assert.equal(await portable(there, done.target?.id), await portable(there, twin?.id))

  const other = await there.query<{ id: string }>(
    `INSERT INTO planning.projects (name, owner_id) VALUES ('other grid', 'bo') RETURNING id::text AS id`,
  )
  const refused = await pieceworkThere.import({ principal, archive, into: project(other.rows[0]?.id ?? '') })
  const { job: failed } = await refused.ended()
  assert.is(failed.outcome, 'failed')
  assert.is(failed.error?.code, 'scenario/other-grid')
  assert.equal(await projectKind.children(project(other.rows[0]?.id ?? ''), there), [])
})

test('a scenario whose cost surface is not carried is told by a finding', async () => {
  const resource = project(await madeUpProject(here, shared))
  const exported = await pieceworkHere.export({ principal, resource, without: ['project/cost-surfaces'] })
  const { archive } = await exported.result()
  const job = await pieceworkThere.import({ principal, archive: { artifact: archive?.artifact ?? '' } })
  const { job: done, findings } = await job.ended()
  assert.is(done.outcome, 'succeeded', JSON.stringify([done.error, findings]))
  assert.ok(
    findings.some(({ piece, message }) => piece === 'scenario/metadata' && message.includes('cost_surface')),
    JSON.stringify(findings),
  )
})

test('shared data that the target lacks refuses the import before anything is written', async () => {
  const bare = await planningDatabase()
  const piecework = createPiecework({
    packs: [planningProject(), planningScenario()],
    runtime: inProcess({ concurrency: 4 }),
    store: memoryStore({ database: bare }),
    artifacts,
  })
  try {
    await piecework.start()
    const resource = project(await madeUpProject(here, shared))
    const { archive } = await (await pieceworkHere.export({ principal, resource })).result()
    const job = await piecework.import({ principal, archive: { artifact: archive?.artifact ?? '' } })
    const { job: done, findings } = await job.ended()
    assert.is(done.outcome, 'failed')
    for (const key of ['iucn:4711', 'wdpa:1']) {
      assert.ok(
        findings.some(({ severity, message }) => severity === 'error' && message.includes(key)),
        `${key} is not named in ${JSON.stringify(findings)}`,
      )
    }
    const { rows } = await bare.query('SELECT FROM planning.projects')
    assert.is(rows.length, 0)
  } finally {
    await piecework.stop()
    await bare.close()
  }
})

test.run()
