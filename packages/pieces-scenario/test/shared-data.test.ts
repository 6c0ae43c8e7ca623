import { memoryArtifacts } from '@piecework/core'
import { needsServer } from '@piecework/test-support'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { archiveOf, type Instance, instance, principal, projectRef, succeeded } from './support/instance.js'
import { madeUpProject } from './support/made-up-project.js'
import type { PlanningDatabase } from './support/planning-database.js'

const test = needsServer(suite('shared data'))
const artifacts = memoryArtifacts()
let here: Instance

test.before(async () => {
  here = await instance(artifacts)
})
test.after(() => here.close())

const sharedTables = ['features', 'protected_areas', 'planning_areas']

async function sharedRowsOf(db: PlanningDatabase): Promise<unknown> {
  const found: unknown[] = []
  for (const table of sharedTables) {
    found.push(
      (await db.query(`SELECT * FROM planning.${table} WHERE project_id IS NULL ORDER BY stable_key`)).rows,
    )
  }
  return found
}

test('all problems at once: all that the target lacks is told in one report before anything is written', async () => {
  const archive = await archiveOf(here.piecework, projectRef(await madeUpProject(here.db, here.shared)))
  const bare = await instance(artifacts, async () => ({ feature: '', area: '' }))
  try {
    const { job, findings } = await (await bare.piecework.import({ principal, archive })).ended()
    assert.is(job.outcome, 'failed')
    const told = findings
      .filter(({ severity }) => severity === 'error')
      .map((one) => [one.piece, one.message])
    for (const [piece, key] of [
      ['project/metadata', '"TWN"'],
      ['project/metadata', '"TWN.1"'],
      ['project/features', '"iucn:4711"'],
      ['project/feature-amounts', '"iucn:4711"'],
      ['scenario/features', '"iucn:4711"'],
      ['scenario/specification', '"iucn:4711"'],
      ['scenario/protected-areas', '"wdpa:1"'],
    ] as const) {
      assert.ok(
        told.some(([by, message]) => by === piece && message?.includes(key)),
        `${piece} does not name ${key}: ${JSON.stringify(told)}`,
      )
    }
    assert.is((await bare.db.query('SELECT FROM planning.projects')).rowCount, 0)
  } finally {
    await bare.close()
  }
})

test('new ids: nothing shared is copied, by an import or a clone', async () => {
  const resource = projectRef(await madeUpProject(here.db, here.shared))
  const there = await instance(artifacts)
  try {
    const before = [await sharedRowsOf(here.db), await sharedRowsOf(there.db)]
    const archive = await archiveOf(here.piecework, resource)
    succeeded(await (await there.piecework.import({ principal, archive })).ended())
    succeeded(await (await here.piecework.clone({ principal, resource })).ended())
    assert.equal([await sharedRowsOf(here.db), await sharedRowsOf(there.db)], before)
  } finally {
    await there.close()
  }
})

test('a shared planning area travels by its key, and is missed by name', async () => {
  const project = await madeUpProject(here.db, here.shared)
  await here.db.query(
    `UPDATE planning.projects SET country = NULL, admin_area_1 = NULL, planning_area_id =
       (SELECT id FROM planning.planning_areas WHERE stable_key = 'TWN.1') WHERE id = $1`,
    [project],
  )
  const archive = await archiveOf(here.piecework, projectRef(project))
  const there = await instance(artifacts)
  try {
    const imported = succeeded(await (await there.piecework.import({ principal, archive })).ended())
    const { rows } = await there.db.query(
      `SELECT a.stable_key FROM planning.projects p JOIN planning.planning_areas a ON a.id = p.planning_area_id
       WHERE p.id = $1`,
      [imported],
    )
    assert.equal(rows, [{ stable_key: 'TWN.1' }])
    await there.db.query(`UPDATE planning.planning_areas SET stable_key = 'TWN.9' WHERE stable_key = 'TWN.1'`)
    const { job, findings } = await (await there.piecework.import({ principal, archive })).ended()
    assert.is(job.outcome, 'failed')
    assert.equal(
      findings.map(({ code, column }) => [code, column]),
      [['table/shared-missing', 'planning_area_id.stable_key']],
    )
  } finally {
    await there.close()
  }
})

test.run()
