import { randomUUID } from 'node:crypto'
import { memoryArtifacts } from '@piecework/core'
import type { ResourceRef } from '@piecework/core/piece'
import { scenarioKind } from '@piecework/pieces-scenario'
import { needsServer } from '@piecework/test-support'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { archiveOf, type Instance, instance, principal, projectRef, succeeded } from './support/instance.js'
import { madeUpProject } from './support/made-up-project.js'
import { portableScenario } from './support/portable-scenario.js'

const test = needsServer(suite('a scenario alone'))
const artifacts = memoryArtifacts()
let here: Instance
let there: Instance
let alone: { readonly artifact: string }
let whole: { readonly artifact: string }

test.before(async () => {
  here = await instance(artifacts)
  there = await instance(artifacts)
  const source = projectRef(await madeUpProject(here.db, here.shared))
  whole = await archiveOf(here.piecework, source)
  const [scenario] = await scenarioKind.listUnder(source, here.db)
  assert.ok(scenario)
  alone = await archiveOf(here.piecework, scenario)
})
test.after(async () => {
  await here.close()
  await there.close()
})

/** A project with the units, features and cost surfaces of the source. */
async function twin(): Promise<ResourceRef> {
  return projectRef(
    succeeded(
      await (await there.piecework.import({ principal, archive: whole, name: randomUUID() })).ended(),
    ),
  )
}

async function refusal(into: ResourceRef): Promise<readonly string[]> {
  const count = 'SELECT count(*)::int AS n FROM planning.scenarios'
  const before = await there.db.query(count)
  const checked = await (await there.piecework.validate({ principal, archive: alone, into })).ended()
  const { job, findings, nodes } = await (
    await there.piecework.import({ principal, archive: alone, into })
  ).ended()
  assert.is(job.outcome, 'failed')
  for (const { task, status } of nodes) {
    if (task === 'shells' || task === 'import')
      assert.not(status === 'done' || status === 'failed', 'all problems at once: it was written')
  }
  assert.equal((await there.db.query(count)).rows, before.rows)
  const told = (found: readonly { readonly message: string }[]) => found.map(({ message }) => message).sort()
  assert.equal(
    told(checked.findings),
    told(findings),
    'all problems at once: a validation says something else than an import',
  )
  return findings
    .filter(({ severity }) => severity === 'error')
    .map(({ code, message }) => `${code} ${message}`)
}

test('it goes into a project with the same units, features and cost surfaces, and loses nothing', async () => {
  const into = await twin()
  const job = await there.piecework.import({ principal, archive: alone, into, name: 'Guest' })
  const report = await job.ended()
  const guest = succeeded(report)
  assert.equal(report.findings, [])
  const [same] = await scenarioKind.listUnder(into, there.db)
  const imported = await portableScenario(there.db, guest)
  assert.equal(imported, await portableScenario(there.db, same?.id ?? ''))
  assert.equal(imported.selected, ['Own park', 'Shared park'], 'ids in documents were left behind')
  assert.is(new Set(imported.specified).size, 3)
  assert.ok(
    imported.specified.every((name) => name !== null),
    'ids in documents were left behind',
  )
})

test('all problems at once: it is refused where units are missing or too many, and the first ones are named', async () => {
  const into = await twin()
  await there.db.query(
    'DELETE FROM planning.planning_units WHERE project_id = $1 AND puid IN (3, 4, 7, 8, 11, 12, 24)',
    [into.id],
  )
  await there.db.query(
    `INSERT INTO planning.planning_units (project_id, puid, geom)
     SELECT $1, n, ST_MakeEnvelope(0, 0, 1, 1, 4326) FROM unnest(ARRAY[30, 2147483647]) n`,
    [into.id],
  )
  const grid = (await refusal(into)).filter((found) => found.startsWith('scenario/other-grid'))
  assert.is(grid.length, 2)
  assert.match(grid[0] ?? '', /lacks planning units of the scenario: 7, .*puid 3, 4, 7, 8, 11\./)
  assert.match(grid[1] ?? '', /planning units that the scenario's grid lacks: 2, .*puid 30, 2147483647\./)
})

test('all problems at once: it is refused where only a unit more is there', async () => {
  const into = await twin()
  await there.db.query(
    `INSERT INTO planning.planning_units (project_id, puid, geom) VALUES ($1, 25, ST_MakeEnvelope(0, 0, 1, 1, 4326))`,
    [into.id],
  )
  const found = await refusal(into)
  assert.is(found.length, 1)
  assert.match(found[0] ?? '', /^scenario\/other-grid .*: 1, .*puid 25\./)
})

test('all problems at once: features, cost surfaces and protected areas that the project lacks are told in one report', async () => {
  const into = await twin()
  for (const sql of [
    `UPDATE planning.features SET name = 'another' WHERE project_id = $1 AND name = 'Split'`,
    `UPDATE planning.cost_surfaces SET name = 'another' WHERE project_id = $1`,
    `UPDATE planning.protected_areas SET name = 'another' WHERE project_id = $1`,
  ]) {
    assert.is((await there.db.query(sql, [into.id])).rowCount, 1)
  }
  const found = await refusal(into)
  for (const what of [
    '"cost_surfaces" with the "name" "Default"',
    '"protected_areas" with the "name" "Own park"',
  ]) {
    assert.is(found.filter((one) => one.includes(what)).length, 1, `${what} in ${found.join('\n')}`)
  }
  // Targets and the specification speak of it.
  assert.is(found.filter((one) => one.includes('"features" with the "name" "Split"')).length, 2)
  assert.is(found.length, 4, found.join('\n'))
})

test('a name that two rows of the project have leads nowhere', async () => {
  const into = await twin()
  await there.db.query(
    `INSERT INTO planning.protected_areas (project_id, name, geom)
     SELECT project_id, name, geom FROM planning.protected_areas WHERE project_id = $1`,
    [into.id],
  )
  const found = await refusal(into)
  assert.is(found.length, 1)
  assert.match(found[0] ?? '', /exactly one row of "protected_areas" with the "name" "Own park"/)
})

test.run()
