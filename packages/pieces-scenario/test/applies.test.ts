import { randomUUID } from 'node:crypto'
import { memoryArtifacts } from '@piecework/core'
import type { ResourceRef } from '@piecework/core/piece'
import { scenarioKind } from '@piecework/pieces-scenario'
import { needsServer } from '@piecework/test-support'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { archiveOf, type Instance, instance, principal, projectRef, succeeded } from './support/instance.js'
import { administrativeAreas, madeUpProject } from './support/made-up-project.js'

const test = needsServer(suite('what applies'))
const artifacts = memoryArtifacts()
let here: Instance

test.before(async () => {
  here = await instance(artifacts)
})
test.after(() => here.close())

/** Pieces of an archive that are imported, each with its resource's kind; scenarios are not told apart. */
async function piecesOf(archive: { readonly artifact: string }): Promise<ReadonlySet<string>> {
  const { pieces } = await here.piecework.inspect(archive, { principal })
  return new Set(pieces.map(({ name }) => name))
}

/** What a piece of a scenario needs to have something to carry. */
const needs: Readonly<Record<string, readonly string[]>> = {
  'project/planning-area': [
    'UPDATE planning.projects SET planning_area_id = NULL',
    'DELETE FROM planning.planning_areas WHERE project_id IS NOT NULL',
  ],
  'project/protected-areas': ['DELETE FROM planning.protected_areas WHERE project_id IS NOT NULL'],
  'scenario/results': [
    'DELETE FROM planning.run_summaries',
    'DELETE FROM planning.run_solutions',
    'DELETE FROM planning.run_feature_results',
  ],
  'scenario/executions': ['DELETE FROM planning.execution_files'],
  'scenario/boundary': ['DELETE FROM planning.boundary_lengths'],
  'scenario/specification': ['DELETE FROM planning.feature_specifications'],
  'scenario/protected-areas': [
    `UPDATE planning.scenarios SET protected_area_ids = '[]'`,
    'UPDATE planning.scenarios SET protected_threshold = NULL',
  ],
}

test('a piece applies as long as there is something of it, and then no more', async () => {
  const own = await instance(artifacts)
  try {
    const resource = projectRef(await madeUpProject(own.db, own.shared))
    for (const [piece, statements] of Object.entries(needs)) {
      for (const sql of statements) {
        assert.ok((await piecesOf(await archiveOf(own.piecework, resource))).has(piece), `before ${sql}`)
        await own.db.query(sql)
      }
      assert.not((await piecesOf(await archiveOf(own.piecework, resource))).has(piece), piece)
    }
    const archive = await archiveOf(own.piecework, resource)
    succeeded(await (await own.piecework.import({ principal, archive })).ended())
    succeeded(await (await own.piecework.clone({ principal, resource })).ended())
  } finally {
    await own.close()
  }
})

test('a project inside administrative borders has codes and no planning area; both arrive', async () => {
  const id = randomUUID()
  await administrativeAreas(here.db, ['FJI', 'FJI.2'])
  await here.db.query(
    `INSERT INTO planning.projects (id, name, owner_id, country, admin_area_1) VALUES ($1, 'Islands', 'ana', 'FJI', 'FJI.2')`,
    [id],
  )
  const archive = await archiveOf(here.piecework, projectRef(id))
  assert.not((await piecesOf(archive)).has('project/planning-area'))
  const imported = succeeded(await (await here.piecework.import({ principal, archive })).ended())
  const { rows } = await here.db.query(
    'SELECT country, admin_area_1, admin_area_2, planning_area_id FROM planning.projects WHERE id = $1',
    [imported],
  )
  assert.equal(rows, [{ country: 'FJI', admin_area_1: 'FJI.2', admin_area_2: null, planning_area_id: null }])
})

test('an export leaves results and executions out when asked to, and carries the rest', async () => {
  const resource = projectRef(await madeUpProject(here.db, here.shared))
  const all = await piecesOf(await archiveOf(here.piecework, resource))
  const without = ['scenario/results', 'scenario/executions']
  const archive = await archiveOf(here.piecework, resource, without)
  assert.equal(
    [...(await piecesOf(archive))].sort(),
    [...all].filter((name) => !without.includes(name)).sort(),
  )
  const imported = succeeded(await (await here.piecework.import({ principal, archive })).ended())
  const count = (table: string) =>
    here.db.query(
      `SELECT count(*)::int AS n FROM planning.${table} t JOIN planning.scenarios s ON s.id = t.scenario_id WHERE s.project_id = $1`,
      [imported],
    )
  for (const table of ['run_summaries', 'run_solutions', 'execution_files']) {
    assert.equal((await count(table)).rows, [{ n: 0 }], table)
  }
  assert.equal((await count('scenario_planning_units')).rows, [{ n: 50 }])
})

test('an export carries the scenarios that were chosen; an unknown one is an error', async () => {
  const resource = projectRef(await madeUpProject(here.db, here.shared))
  const [first, second] = await scenarioKind.listUnder(resource, here.db)
  assert.ok(first && second)
  const chosen = async (children: readonly ResourceRef[]) => {
    const job = await here.piecework.export({ principal, resource, children })
    const { archive } = await job.result()
    const { tree } = await here.piecework.inspect({ artifact: archive?.artifact ?? '' }, { principal })
    return tree.children.map(({ id }) => id)
  }
  assert.equal(await chosen([second]), [second.id])
  assert.equal(await chosen([]), [])
  assert.equal(await chosen([second, first]), [first.id, second.id])
  const unknown = { kind: 'scenario', id: randomUUID() }
  try {
    await here.piecework.export({ principal, resource, children: [first, unknown] })
    assert.unreachable()
  } catch (error) {
    assert.match(String(error), unknown.id)
  }
})

test.run()
