import assert from 'node:assert/strict'
import type { JobReport } from '@piecework/core'
import { jobIds, type ResourceRef } from '@piecework/core/piece'
import { needsServer } from '@piecework/test-support'
import { suite } from 'uvu'
import { setValue, unpack } from './support/archive.js'
import { type Attacks, attacks, changed, once } from './support/attacks.js'
import { assertQuiet, contentsOf, planningTables } from './support/contents.js'
import { errorsOf, refused, spotOf } from './support/refused.js'
import { ann } from './support/tiny-project.js'

const test = needsServer(suite('laws of a whole host'))
let attack: Attacks

test.before(async () => {
  attack = await attacks()
})
test.after(() => attack.stop())

const asked = (bytes: Uint8Array) => ({ archive: { stream: once(bytes) }, principal: ann })

async function succeeded(job: Promise<{ ended(): Promise<JobReport> }>): Promise<JobReport> {
  const report = await (await job).ended()
  assert.equal(report.job.status, 'succeeded', JSON.stringify([report.job.error, report.findings]))
  return report
}

const madeBy = ({ job }: JobReport): ResourceRef => job.result.resource ?? assert.fail('nothing was made')

test('all problems at once: problems of several files and pieces come in one report; validate finds exactly the same', async () => {
  const { host } = attack
  const bytes = changed(attack.archive(), (archive) => {
    setValue(archive, 'planning_units.csv', 'puid', 'x', 0)
    setValue(archive, 'cost_surface_values.csv', 'cost', 'y', 1)
    setValue(archive, '/features.csv', 'is_legacy', 'perhaps', 2)
    setValue(archive, 'scenario_planning_units.csv', 'cost', null, 3)
    setValue(archive, 'run_summaries.csv', 'run', '1.5', 0)
  })
  const { code, findings } = await refused(host, asked(bytes))
  assert.equal(code, 'validation-failed')
  assert.deepEqual(
    errorsOf(findings)
      .map((one) => `${one.piece} ${spotOf(one)}`)
      .sort(),
    [
      'project/cost-surfaces cost_surface_values.csv:3 cost table/value-invalid',
      'project/features features.csv:4 is_legacy table/value-invalid',
      'project/planning-units planning_units.csv:2 puid table/value-invalid',
      'scenario/planning-units scenario_planning_units.csv:5 cost table/value-missing',
      'scenario/results run_summaries.csv:2 run table/value-invalid',
    ],
  )
  const before = await contentsOf(host)
  const checked = await (await host.piecework.validate(asked(bytes))).ended()
  const told = (list: typeof findings) => list.map((one) => JSON.stringify(one)).sort()
  assert.deepEqual(told(checked.findings), told(findings))
  assert.deepEqual(await contentsOf(host), before)
})

/** Each fails in another batch, at what only the database knows: a trigger that lets no row in. */
const late: Readonly<Record<string, readonly [table: string, event: 'INSERT' | 'UPDATE']>> = {
  'project/planning-area': ['planning_areas', 'INSERT'],
  'project/metadata': ['projects', 'UPDATE'],
  'project/planning-units': ['planning_units', 'INSERT'],
  'project/cost-surfaces': ['cost_surface_values', 'INSERT'],
  'project/feature-amounts': ['feature_amounts', 'INSERT'],
  'scenario/metadata': ['scenarios', 'UPDATE'],
  'scenario/results': ['run_summaries', 'INSERT'],
}
for (const [piece, [table, event]] of Object.entries(late)) {
  test(`nothing half-made: an import that fails in the batch of ${piece} leaves nothing`, async () => {
    const { database } = attack.host
    await database.query(
      `CREATE OR REPLACE FUNCTION let_nothing_in() RETURNS trigger LANGUAGE plpgsql
       AS $$ BEGIN RAISE check_violation USING MESSAGE = 'closed'; END $$`,
    )
    await database.query(
      `CREATE TRIGGER closed BEFORE ${event} ON planning.${table} FOR EACH ROW EXECUTE FUNCTION let_nothing_in()`,
    )
    try {
      const { code, message, report } = await refused(attack.host, asked(changed(attack.archive(), () => {})))
      assert.equal(code, 'archive-invalid', message)
      assert.match(report?.job.error?.node ?? '', new RegExp(`^import .*${piece}$`))
    } finally {
      await database.query(`DROP TRIGGER closed ON planning.${table}`)
    }
  })
}

/** No id of the source may occur anywhere in the target's rows: not in keys, references or documents. */
async function survivors(source: string, target: string): Promise<readonly string[]> {
  const { database } = attack.host
  const text = async (project: string): Promise<string> => {
    const found: string[] = []
    // Rows are found by their ids: those of a project are reached from it by foreign keys.
    for (const table of await planningTables(database)) {
      const { rows } = await database.query<{ row: string }>(
        `SELECT to_jsonb(t)::text AS row FROM ${table} t WHERE ${reached[table.split('.')[1] ?? ''] ?? 'false'}`,
        [project],
      )
      found.push(...rows.map(({ row }) => row))
    }
    assert.ok(found.length > 30, `${found.length} rows`)
    return found.join('\n')
  }
  const ids = new Set((await text(source)).match(/[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}/g))
  const there = await text(target)
  return [...ids].filter((id) => there.includes(id))
}

const ofScenario = 'scenario_id IN (SELECT id FROM planning.scenarios WHERE project_id = $1)'
const ofUnit = 'planning_unit_id IN (SELECT id FROM planning.planning_units WHERE project_id = $1)'
const reached: Readonly<Record<string, string>> = {
  projects: 'id = $1',
  planning_areas: 'project_id = $1',
  planning_units: 'project_id = $1',
  protected_areas: 'project_id = $1',
  cost_surfaces: 'project_id = $1',
  features: 'project_id = $1',
  scenarios: 'project_id = $1',
  cost_surface_values: ofUnit,
  feature_amounts: ofUnit,
  feature_geometries: 'feature_id IN (SELECT id FROM planning.features WHERE project_id = $1)',
  scenario_planning_units: ofScenario,
  scenario_features: ofScenario,
  scenario_feature_amounts: ofUnit,
  feature_specifications: ofScenario,
  boundary_lengths: ofScenario,
  run_summaries: ofScenario,
  run_solutions: ofScenario,
  run_feature_results: `scenario_feature_id IN (SELECT id FROM planning.scenario_features WHERE ${ofScenario})`,
  execution_files: ofScenario,
}

test('new ids: after an import and a clone no id of the source is left anywhere in what was made', async () => {
  const { host, project } = attack
  for (const table of await planningTables(host.database))
    assert.ok(reached[table.split('.')[1] ?? ''], `these tests do not know ${table}`)
  const imported = madeBy(await succeeded(host.piecework.import(asked(changed(attack.archive(), () => {})))))
  assert.deepEqual(await survivors(project.id, imported.id), [])
  const cloned = madeBy(await succeeded(host.piecework.clone({ resource: imported, principal: ann })))
  assert.deepEqual(await survivors(project.id, cloned.id), [])
  assert.deepEqual(await survivors(imported.id, cloned.id), [])
})

test('reproducible: an export of what has not changed has an equal digest; of an import, equal content but for ids', async () => {
  const { host, project } = attack
  const exported = async (resource: ResourceRef) => {
    const { job } = await succeeded(host.piecework.export({ resource, principal: ann }))
    return job.result.archive ?? assert.fail()
  }
  const [first, again] = [await exported(project), await exported(project)]
  assert.equal(first.digest, again.digest)
  const unpacked = await unpack(host.artifacts, first.artifact)
  assert.equal(unpacked.digest, first.digest)

  const report = await succeeded(
    host.piecework.import({ archive: { artifact: first.artifact }, principal: ann }),
  )
  const copy = await unpack(host.artifacts, (await exported(madeBy(report))).artifact)
  const ids = jobIds(report.job.id)
  const tables = [
    'projects',
    'planning_areas',
    'planning_units',
    'protected_areas',
    'cost_surfaces',
    'features',
    'feature_geometries',
    'scenarios',
    'scenario_planning_units',
    'scenario_features',
    'feature_specifications',
    'run_summaries',
    'run_feature_results',
    'execution_files',
  ]
  const known = new Set(
    [...copy.entries].flatMap(([path, bytes]) => `${path} ${bytes.toString('utf8')}`.match(uuid) ?? []),
  )
  const renewed = (text: string) =>
    text.replace(
      uuid,
      (id) => tables.map((table) => ids.idOf(table, id)).find((made) => known.has(made)) ?? id,
    )
  for (const [path, bytes] of unpacked.entries) {
    const other = copy.entries.get(renewed(path)) ?? assert.fail(path)
    assert.equal(other.toString('utf8'), renewed(bytes.toString('utf8')), path)
  }
  assert.equal(copy.entries.size, unpacked.entries.size)
})
const uuid = /[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}/g

/** A trigger that loses one row in silence, as a careless host may have one. */
async function losing<T>(table: string, when: string, work: () => Promise<T>): Promise<T> {
  const { database } = attack.host
  await database.query(
    `CREATE FUNCTION planning.lose() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'`,
  )
  const change = when.includes('NEW.state') ? 'UPDATE' : 'INSERT'
  await database.query(
    `CREATE TRIGGER lose BEFORE ${change} ON planning.${table} FOR EACH ROW WHEN (${when}) EXECUTE FUNCTION planning.lose()`,
  )
  try {
    return await work()
  } finally {
    await database.query('DROP FUNCTION planning.lose CASCADE')
  }
}

const lost: Readonly<Record<string, readonly [table: string, when: string]>> = {
  'a planning unit': ['planning_units', 'NEW.puid = 2'],
  'a cost': ['cost_surface_values', 'NEW.cost = 0'],
  'a feature': ['features', `NEW.name = 'Sand'`],
  'a selected unit': ['run_solutions', 'NEW.run = 1'],
  'the project’s own row': ['projects', `NEW.state = 'importing'`],
  'the project’s becoming visible': ['projects', `NEW.state = 'ready'`],
  'the scenario’s becoming visible': ['scenarios', `NEW.state = 'ready'`],
}
for (const [what, [table, when]] of Object.entries(lost)) {
  test(`honest counts: an import that loses ${what} fails, and so does a clone`, async () => {
    const { host, project } = attack
    await losing(table, when, async () => {
      const { code, message } = await refused(host, asked(changed(attack.archive(), () => {})))
      assert.equal(code, 'counts-differ', message)
      const before = await contentsOf(host)
      const { job } = await (await host.piecework.clone({ resource: project, principal: ann })).ended()
      assert.equal(job.status, 'failed')
      assert.equal(job.error?.code, 'counts-differ', job.error?.message)
      assert.deepEqual(await contentsOf(host), before)
      await assertQuiet(host, project)
    })
  })
}

test.run()
