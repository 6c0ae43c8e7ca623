import { type Diff, memoryArtifacts } from '@piecework/core'
import type { RowsDiff } from '@piecework/core/piece'
import { needsServer } from '@piecework/test-support'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { archiveOf, type Instance, instance, principal, projectRef, succeeded } from './support/instance.js'
import { madeUpProject } from './support/made-up-project.js'

const test = needsServer(suite('diff of projects'))
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

const { stringify } = JSON

/** Tables that differ: added, removed, changed, by `key piece entry`. */
function told({ resources }: Diff): Record<string, string> {
  const found: Record<string, string> = {}
  for (const { key, pieces } of resources)
    for (const { piece, entries } of pieces)
      for (const { path, equal, rows } of entries)
        if (!equal) found[[key ?? 'root', piece, path].join(' ')] = summary(rows)
  return found
}

const summary = (rows: RowsDiff | undefined) => `+${rows?.added} -${rows?.removed} ~${rows?.changed}`

function rowsOf({ resources }: Diff, piece: string, path: string): RowsDiff {
  const entries = resources.flatMap(({ pieces }) => pieces.filter((one) => one.piece === piece))
  const entry = entries.flatMap((one) => one.entries).find((one) => one.path === path)
  if (!entry?.rows) throw new Error(`nothing is told of ${path}`)
  return entry.rows
}

async function project() {
  const id = await madeUpProject(here.db, here.shared)
  const resource = projectRef(id)
  return { id, resource, archive: await archiveOf(here.piecework, resource), live: { resource, principal } }
}

test('a project and its import elsewhere are equal, in archives and alive, though no id is the same', async () => {
  const { archive } = await project()
  const target = succeeded(await (await there.piecework.import({ principal, archive })).ended())
  const resource = projectRef(target)
  for (const other of [await archiveOf(there.piecework, resource), { resource, principal }]) {
    const diff = await there.piecework.diff(archive, other)
    assert.equal(told(diff), {})
    assert.is(diff.equal, true)
    assert.equal(
      diff.resources.map(({ key }) => key),
      [undefined, '1', '3'],
    )
    const amounts = rowsOf(diff, 'project/feature-amounts', 'feature_amounts.csv')
    assert.is(amounts.equal, 75)
  }
})

test('one changed amount is told exactly', async () => {
  const { id, archive, live } = await project()
  await here.db.query(
    `UPDATE planning.feature_amounts a SET amount = amount + 1 FROM planning.planning_units u, planning.features f
     WHERE u.id = a.planning_unit_id AND f.id = a.feature_id AND u.project_id = $1 AND u.puid = 7 AND f.name = 'Split'`,
    [id],
  )
  const diff = await here.piecework.diff(archive, live)
  assert.equal(told(diff), { 'root project/feature-amounts feature_amounts.csv': '+0 -0 ~1' })
  const { columns, samples, equal } = rowsOf(diff, 'project/feature-amounts', 'feature_amounts.csv')
  assert.equal(columns, { amount: 1 })
  assert.is(equal, 74)
  const key = { feature_id: 'Split', planning_unit_id: '7' }
  assert.equal(samples, [{ change: 'changed', key, columns: ['amount'] }])
})

test('one removed unit is told with all that goes with it, and as added the other way round', async () => {
  const { id, archive, live } = await project()
  await here.db.query('DELETE FROM planning.planning_units WHERE project_id = $1 AND puid = 24', [id])
  const there = {
    'root project/planning-units planning_units.csv': 1,
    'root project/feature-amounts feature_amounts.csv': 3,
    'root project/cost-surfaces cost_surface_values.csv': 1,
  }
  const inScenarios = ['1', '3'].flatMap((number) => [
    [`${number} scenario/planning-units scenario_planning_units.csv`, 1] as const,
    [`${number} scenario/boundary boundary_lengths.csv`, 1] as const,
    [`${number} scenario/features scenario_feature_amounts.csv`, 3] as const,
    [`${number} scenario/results run_solutions.csv`, 4] as const,
  ])
  const gone = Object.entries({ ...there, ...Object.fromEntries(inScenarios) })
  const diff = await here.piecework.diff(archive, live)
  assert.equal(told(diff), Object.fromEntries(gone.map(([table, rows]) => [table, `+0 -${rows} ~0`])))
  assert.equal(rowsOf(diff, 'project/planning-units', 'planning_units.csv').samples, [
    { change: 'removed', key: { puid: '24' } },
  ])
  const back = await here.piecework.diff(live, archive)
  assert.equal(told(back), Object.fromEntries(gone.map(([table, rows]) => [table, `+${rows} -0 ~0`])))
})

test('a renamed feature is another one: removed and added with its rows, and named where documents speak of it', async () => {
  const { id, archive, live } = await project()
  await here.db.query(
    `UPDATE planning.features SET name = 'Divided' WHERE project_id = $1 AND name = 'Split'`,
    [id],
  )
  const diff = await here.piecework.diff(archive, live)
  const found = told(diff)
  assert.equal(rowsOf(diff, 'project/features', 'features.csv').samples, [
    { change: 'added', key: { name: 'Divided' } },
    { change: 'removed', key: { name: 'Split' } },
  ])
  assert.is(found['root project/features features.csv'], '+1 -1 ~0')
  assert.is(found['root project/features feature_geometries.csv'], '+3 -3 ~0')
  assert.is(found['root project/feature-amounts feature_amounts.csv'], '+25 -25 ~0')
  assert.is(found['1 scenario/features scenario_features.csv'], '+1 -1 ~0')
  assert.is(found['3 scenario/features scenario_feature_amounts.csv'], '+25 -25 ~0')
  assert.is(found['1 scenario/results run_feature_results.csv'], '+4 -4 ~0')
  assert.is(found['1 scenario/specification feature_specifications.csv'], '+1 -1 ~0')
  assert.is(
    Object.keys(found).filter((table) => /units|cost|metadata|boundary|solutions/.test(table)).length,
    0,
  )
})

test('the project itself and its scenarios are the same whatever changes in them', async () => {
  const { id, archive, live } = await project()
  await here.db.query(`UPDATE planning.projects SET name = 'Anew', country = NULL WHERE id = $1`, [id])
  await here.db.query(
    `UPDATE planning.scenarios SET name = 'Other', protected_area_ids = '[]' WHERE project_id = $1 AND number = 3`,
    [id],
  )
  const diff = await here.piecework.diff(archive, live)
  assert.equal(told(diff), {
    'root project/metadata projects.csv': '+0 -0 ~1',
    '3 scenario/metadata scenarios.csv': '+0 -0 ~1',
    '3 scenario/protected-areas scenarios.csv': '+0 -0 ~1',
  })
  assert.equal(rowsOf(diff, 'project/metadata', 'projects.csv').columns, { country: 1, name: 1 })
})

test('a scenario that is gone is told as a whole; the others are found by their numbers', async () => {
  const { id, archive, live } = await project()
  await here.db.query('DELETE FROM planning.scenarios WHERE project_id = $1 AND number = 1', [id])
  const { resources } = await here.piecework.diff(archive, live)
  assert.equal(
    resources.map(({ key, b, equal }) => [key, b !== undefined, equal]),
    [
      [undefined, true, true],
      ['1', false, false],
      ['3', true, true],
    ],
  )
  const lost = resources[1]?.pieces ?? []
  assert.ok(
    lost.every(({ onlyIn, equal }) => onlyIn === 'a' && !equal),
    stringify(lost),
  )
  const units = lost.find(({ piece }) => piece === 'scenario/planning-units')
  assert.is(units?.entries[0]?.rows?.removed, 25)
})

test('scenarios are compared alone, by what their rows say of units and features', async () => {
  const { id } = await project()
  const scenarios = await here.db.query<{ id: string }>(
    'SELECT id::text AS id FROM planning.scenarios WHERE project_id = $1 ORDER BY number',
    [id],
  )
  const [one, other] = scenarios.rows.map((row) => ({
    resource: { kind: 'scenario', id: row.id },
    principal,
  }))
  if (!one || !other) throw new Error('two scenarios were made')
  const diff = await here.piecework.diff(one, other)
  assert.equal(told(diff), { 'root scenario/metadata scenarios.csv': '+0 -0 ~1' })
  const { columns } = rowsOf(diff, 'scenario/metadata', 'scenarios.csv')
  assert.equal(Object.keys(columns).sort(), ['cost_surface_id', 'name', 'number', 'solutions_are_locked'])
})

test.run()
