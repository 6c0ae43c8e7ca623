import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import type { JobReport } from '@piecework/core'
import { needsServer } from '@piecework/test-support'
import { suite } from 'uvu'
import { addColumn, rewriteTable, setValue, tableOf, type Unpacked } from './support/archive.js'
import { type Attacks, attacks, changed, mallory, once } from './support/attacks.js'
import { contentsOf } from './support/contents.js'
import { tinyProject } from './support/tiny-project.js'

const test = needsServer(suite('import: forged ids'))
let attack: Attacks
/** Of the project that is attacked: all its ids, by table. */
let victims: ReadonlyMap<string, readonly string[]>

test.before(async () => {
  attack = await attacks()
  victims = await idsOf(attack.project.id)
})
test.after(() => attack.stop())

async function idsOf(project: string): Promise<Map<string, string[]>> {
  const found = new Map<string, string[]>()
  const { rows } = await attack.host.database.query<{ name: string; id: string }>(
    `SELECT 'projects' AS name, id::text FROM planning.projects WHERE id = $1
     UNION ALL SELECT 'planning_areas', id::text FROM planning.planning_areas WHERE project_id = $1
     UNION ALL SELECT 'planning_units', id::text FROM planning.planning_units WHERE project_id = $1
     UNION ALL SELECT 'protected_areas', id::text FROM planning.protected_areas WHERE project_id = $1
     UNION ALL SELECT 'cost_surfaces', id::text FROM planning.cost_surfaces WHERE project_id = $1
     UNION ALL SELECT 'features', id::text FROM planning.features WHERE project_id = $1
     UNION ALL SELECT 'scenarios', id::text FROM planning.scenarios WHERE project_id = $1
     UNION ALL SELECT 'scenario_features', f.id::text FROM planning.scenario_features f
       JOIN planning.scenarios s ON s.id = scenario_id WHERE project_id = $1`,
    [project],
  )
  for (const { name, id } of rows) found.set(name, [...(found.get(name) ?? []), id])
  return found
}

/** Everything in the planning tables that is not of these projects. */
async function others(projects: readonly string[]): Promise<Readonly<Record<string, unknown>>> {
  const kept: Record<string, unknown> = {}
  const of = (column: string, table: string) =>
    `${column} IN (SELECT id FROM planning.${table} WHERE project_id = ANY ($1::uuid[]))`
  const own: Readonly<Record<string, string>> = {
    projects: 'id = ANY ($1::uuid[])',
    planning_areas: 'project_id = ANY ($1::uuid[])',
    planning_units: 'project_id = ANY ($1::uuid[])',
    protected_areas: 'project_id = ANY ($1::uuid[])',
    cost_surfaces: 'project_id = ANY ($1::uuid[])',
    features: 'project_id = ANY ($1::uuid[])',
    scenarios: 'project_id = ANY ($1::uuid[])',
    cost_surface_values: of('cost_surface_id', 'cost_surfaces'),
    feature_geometries: of('feature_id', 'features'),
    feature_amounts: of('feature_id', 'features'),
    scenario_planning_units: of('scenario_id', 'scenarios'),
    scenario_features: of('scenario_id', 'scenarios'),
    boundary_lengths: of('scenario_id', 'scenarios'),
    run_summaries: of('scenario_id', 'scenarios'),
    run_solutions: of('scenario_id', 'scenarios'),
    feature_specifications: of('scenario_id', 'scenarios'),
    execution_files: of('scenario_id', 'scenarios'),
  }
  for (const [table, condition] of Object.entries(own)) {
    const { rows } = await attack.host.database.query<{ row: string }>(
      `SELECT t::text AS row FROM planning.${table} t WHERE NOT coalesce(${condition}, false) ORDER BY 1`,
      [projects],
    )
    kept[table] = rows.map(({ row }) => row)
  }
  return kept
}

/** Imports what was forged. Whether it is accepted or not: what was there before is as it was. */
async function forged(archive: Unpacked, change: (archive: Unpacked) => void): Promise<JobReport> {
  const before = await others([])
  const job = await attack.host.piecework.import({
    archive: { stream: once(changed(archive, change)) },
    principal: mallory,
  })
  const report = await job.ended()
  const { resource } = report.job.result
  assert.deepEqual(await others(resource ? [resource.id] : []), before)
  return report
}

/** Columns of the imported project's rows that refer to rows which are not its own. */
async function strangersIn(project: string): Promise<readonly unknown[]> {
  const scenarios = '(SELECT id FROM planning.scenarios WHERE project_id = $1)'
  const other = (column: string, table: string) =>
    `EXISTS (SELECT FROM planning.${table} o WHERE o.id = ${column} AND o.project_id IS DISTINCT FROM $1::uuid)`
  const { rows } = await attack.host.database.query(
    [
      `SELECT 'area' AS what, id::text FROM planning.projects WHERE id = $1 AND ${other('planning_area_id', 'planning_areas')}`,
      `SELECT 'surface', id::text FROM planning.scenarios WHERE project_id = $1 AND ${other('cost_surface_id', 'cost_surfaces')}`,
      `SELECT 'value', planning_unit_id::text FROM planning.cost_surface_values WHERE cost_surface_id IN
         (SELECT id FROM planning.cost_surfaces WHERE project_id = $1) AND ${other('planning_unit_id', 'planning_units')}`,
      `SELECT 'unit', planning_unit_id::text FROM planning.scenario_planning_units WHERE scenario_id IN ${scenarios}
         AND ${other('planning_unit_id', 'planning_units')}`,
      `SELECT 'boundary', planning_unit_id::text FROM planning.boundary_lengths WHERE scenario_id IN ${scenarios}
         AND (${other('planning_unit_id', 'planning_units')} OR ${other('other_planning_unit_id', 'planning_units')})`,
      `SELECT 'feature', feature_id::text FROM planning.scenario_features WHERE scenario_id IN ${scenarios}
         AND ${other('feature_id', 'features')}`,
      `SELECT 'amount', feature_id::text FROM planning.feature_amounts WHERE planning_unit_id IN
         (SELECT id FROM planning.planning_units WHERE project_id = $1) AND ${other('feature_id', 'features')}`,
    ].join(' UNION ALL '),
    [project],
  )
  return rows
}

test('hostile archives: owner, state, owning project and own id of an archive are not read', async () => {
  const victim = attack.project.id
  const report = await forged(attack.archive(), (archive) => {
    addColumn(archive, 'projects.csv', 'owner_id', 'ann')
    addColumn(archive, 'projects.csv', 'state', 'incomplete')
    setValue(archive, 'projects.csv', 'name', 'Forged')
    addColumn(archive, 'projects.csv', 'id', victim)
    addColumn(archive, 'scenarios.csv', 'state', 'incomplete')
    for (const entry of ['planning_units.csv', 'features.csv', 'cost_surfaces.csv', 'scenarios.csv'])
      addColumn(archive, entry, 'project_id', victim)
    addColumn(archive, 'scenario_planning_units.csv', 'scenario_id', victims.get('scenarios')?.[0] ?? '')
  })
  assert.equal(report.job.status, 'succeeded', JSON.stringify([report.job.error, report.findings]))
  assert.ok(
    report.findings.every(({ severity, code }) => severity === 'warning' && code === 'table/column-unread'),
  )
  assert.equal(report.findings.length, 9)
  const made = report.job.result.resource?.id ?? ''
  const { rows } = await attack.host.database.query(
    `SELECT p.name, p.owner_id, p.state, s.state AS scenario,
       (SELECT count(*)::int FROM planning.planning_units WHERE project_id = p.id) AS units
     FROM planning.projects p JOIN planning.scenarios s ON s.project_id = p.id WHERE p.id = $1`,
    [made],
  )
  assert.deepEqual(rows, [
    { name: 'Forged', owner_id: 'mallory', state: 'ready', scenario: 'ready', units: 4 },
  ])
  assert.notEqual(made, victim)
})

test('hostile archives: until its job is done an import is not ready, whatever the archive says', async () => {
  const seen = new Set<unknown>()
  const job = await attack.host.piecework.import({
    archive: {
      stream: once(
        changed(attack.archive(), (archive) => addColumn(archive, 'projects.csv', 'state', 'ready')),
      ),
    },
    principal: mallory,
  })
  for await (const { job: now } of job.watch()) {
    if (now.outcome) break
    const { rows } = await attack.host.database.query<{ state: string }>(
      'SELECT state FROM planning.projects WHERE id = $1',
      [now.target?.id],
    )
    const still = await attack.host.piecework.job(job.id, { principal: { id: 'ann' } })
    if (!still.job.outcome) for (const { state } of rows) seen.add(state)
  }
  await job.result()
  seen.delete('importing')
  assert.deepEqual([...seen], [])
})

interface Reference {
  readonly entry: string
  readonly column: string
  readonly table: string
  /** Absent: the first. */
  readonly row?: number
}

/** Every reference of the planning domain that an archive holds as an id. Those of one import hide each other in no row. */
const references: Readonly<Record<string, readonly Reference[]>> = {
  'of a row without which others lead nowhere': [
    { entry: 'scenario_features.csv', column: 'feature_id', table: 'features' },
  ],
  'of all other entries': [
    { entry: 'projects.csv', column: 'planning_area_id', table: 'planning_areas' },
    { entry: 'scenarios.csv', column: 'cost_surface_id', table: 'cost_surfaces' },
    { entry: 'cost_surface_values.csv', column: 'cost_surface_id', table: 'cost_surfaces' },
    { entry: 'cost_surface_values.csv', column: 'planning_unit_id', table: 'planning_units', row: 1 },
    { entry: 'feature_geometries.csv', column: 'feature_id', table: 'features' },
    { entry: 'feature_amounts.csv', column: 'feature_id', table: 'features' },
    { entry: 'feature_amounts.csv', column: 'planning_unit_id', table: 'planning_units', row: 1 },
    { entry: 'scenario_planning_units.csv', column: 'planning_unit_id', table: 'planning_units' },
    { entry: 'scenario_feature_amounts.csv', column: 'scenario_feature_id', table: 'scenario_features' },
    { entry: 'boundary_lengths.csv', column: 'other_planning_unit_id', table: 'planning_units' },
    { entry: 'run_solutions.csv', column: 'planning_unit_id', table: 'planning_units' },
    { entry: 'run_feature_results.csv', column: 'scenario_feature_id', table: 'scenario_features' },
  ],
}

for (const [of, forgeries] of Object.entries(references)) {
  test(`new ids: ids of another project, ${of}, lead nowhere`, async () => {
    // The victim is another project than the one that the archive is of, which those ids would be remapped
    // to.
    const other = await secondVictim()
    const report = await forged(attack.archive(), (archive) => {
      for (const { entry, column, table, row = 0 } of forgeries)
        setValue(archive, entry, column, other.get(table)?.[0] ?? assert.fail(`no ${table}`), row)
    })
    assert.equal(report.job.status, 'succeeded', JSON.stringify([report.job.error, report.findings]))
    assert.deepEqual(await strangersIn(report.job.result.resource?.id ?? ''), [])
    for (const { entry, column } of forgeries)
      assert.ok(
        report.findings.some(
          (finding) =>
            finding.file === entry &&
            finding.column === column &&
            ['table/reference-dangling', 'table/row-skipped'].includes(finding.code),
        ),
        `${entry}, ${column}: ${JSON.stringify(report.findings)}`,
      )
  })
}

let second: ReadonlyMap<string, readonly string[]> | undefined
async function secondVictim() {
  second ??= await idsOf((await tinyProject(attack.host, { id: 'bob' }, 'Second')).id)
  return second
}

test('new ids: the archive’s own ids forged to be those of another project attach nothing to it', async () => {
  const other = await secondVictim()
  const report = await forged(attack.archive(), (archive) => {
    for (const [table, ids] of other) {
      const path = `/${table}.csv`
      if (table === 'projects') continue
      const renames = new Map<string, string>()
      rewriteTable(archive, path, ({ columns, rows }) => {
        const at = columns.indexOf('id')
        if (at === -1) return
        for (const [number, row] of rows.entries()) {
          renames.set(row[at] ?? '', ids[number] ?? randomUUID())
          row[at] = renames.get(row[at] ?? '') ?? null
        }
      })
      for (const [name, bytes] of archive.entries) {
        let text = bytes.toString('utf8')
        for (const [from, to] of renames) text = text.replaceAll(from, to)
        archive.entries.set(name, Buffer.from(text))
      }
    }
  })
  assert.equal(report.job.status, 'succeeded', JSON.stringify([report.job.error, report.findings]))
  assert.deepEqual(await strangersIn(report.job.result.resource?.id ?? ''), [])
})

test('hostile archives: ids of another project inside JSON documents do not survive', async () => {
  const other = await secondVictim()
  const feature = other.get('features')?.[0] ?? ''
  const area = other.get('protected_areas')?.[0] ?? ''
  const report = await forged(attack.archive(), (archive) => {
    setValue(archive, '/features.csv', 'geoprocessing', JSON.stringify({ kind: 'split', featureId: feature }))
    setValue(archive, 'protected-areas/scenarios.csv', 'protected_area_ids', JSON.stringify([area]))
    setValue(
      archive,
      'feature_specifications.csv',
      'raw',
      JSON.stringify({ features: [{ featureId: feature }] }),
    )
  })
  assert.equal(report.job.status, 'succeeded', JSON.stringify([report.job.error, report.findings]))
  const { rows } = await attack.host.database.query<{ documents: string }>(
    `SELECT concat((SELECT string_agg(geoprocessing::text, '') FROM planning.features WHERE project_id = $1),
       (SELECT string_agg(protected_area_ids::text || raw::text, '') FROM planning.scenarios s
        JOIN planning.feature_specifications ON scenario_id = s.id WHERE project_id = $1)) AS documents`,
    [report.job.result.resource?.id],
  )
  assert.match(rows[0]?.documents ?? '', /split/)
  for (const id of [feature, area]) assert.ok(!rows[0]?.documents.includes(id), rows[0]?.documents)
})

test('hostile archives: a project may not pass its rows off as shared ones', async () => {
  const before = await contentsOf(attack.host)
  const report = await forged(attack.archive(), (archive) => {
    addColumn(archive, '/features.csv', 'stable_key', 'iucn:1')
    addColumn(archive, 'protected_areas.csv', 'stable_key', 'wdpa:1')
  })
  assert.equal(report.job.status, 'succeeded', JSON.stringify([report.job.error, report.findings]))
  const { rows } = await attack.host.database.query(
    `SELECT id FROM planning.features WHERE stable_key IS NOT NULL
     UNION ALL SELECT id FROM planning.protected_areas WHERE stable_key IS NOT NULL`,
  )
  assert.deepEqual(rows, [])
  assert.notDeepEqual(await contentsOf(attack.host), before)
})

test('hostile archives: a scenario that is imported alone reads only the project that it goes into', async () => {
  const { host, project } = attack
  const other = await secondVictim()
  const scenario = { kind: 'scenario', id: victims.get('scenarios')?.[0] ?? '' }
  const { archive } = await (await host.piecework.export({ resource: scenario, principal: mallory })).result()
  const job = await host.piecework.import({
    archive: { artifact: archive?.artifact ?? '' },
    into: { kind: 'project', id: other.get('projects')?.[0] ?? '' },
    principal: mallory,
  })
  const { job: end, findings } = await job.ended()
  assert.equal(end.status, 'succeeded', JSON.stringify([end.error, findings]))
  const { rows } = await host.database.query(
    `SELECT count(*)::int AS units, count(*) FILTER (WHERE u.project_id = s.project_id)::int AS own,
       (SELECT count(*)::int FROM planning.scenario_features f JOIN planning.features e ON e.id = feature_id
        WHERE f.scenario_id = s.id AND e.project_id = $2) AS strange
     FROM planning.scenarios s JOIN planning.scenario_planning_units p ON p.scenario_id = s.id
     JOIN planning.planning_units u ON u.id = planning_unit_id WHERE s.id = $1 GROUP BY s.id`,
    [end.result.resource?.id, project.id],
  )
  assert.deepEqual(rows, [{ units: 4, own: 4, strange: 0 }])
})

test('the plain reader of these tests reads what was written', () => {
  assert.deepEqual(tableOf(Buffer.from('a,b\n,""\n"x,""y\nz",1\n')), {
    columns: ['a', 'b'],
    rows: [
      [null, ''],
      ['x,"y\nz', '1'],
    ],
  })
})

test.run()
