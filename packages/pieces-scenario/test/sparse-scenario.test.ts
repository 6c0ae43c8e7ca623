import { randomUUID } from 'node:crypto'
import { memoryArtifacts } from '@piecework/core'
import { entriesOf, type ResourceRef } from '@piecework/core/piece'
import { planningScenario } from '@piecework/pieces-scenario'
import { needsServer } from '@piecework/test-support'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { archiveOf, type Instance, instance, principal, projectRef, succeeded } from './support/instance.js'

const test = needsServer(suite('a scenario that speaks of some units, alone'))
const artifacts = memoryArtifacts()
let here: Instance

test.before(async () => {
  here = await instance(artifacts)
})
test.after(() => here.close())

/** A project with these puids and a feature. */
async function project(puids: readonly number[]): Promise<ResourceRef> {
  const id = randomUUID()
  await here.db.query(`INSERT INTO planning.projects (id, name, owner_id) VALUES ($1, 'p', 'ana')`, [id])
  await here.db.query(
    `INSERT INTO planning.planning_units (project_id, puid, geom)
     SELECT $1, puid, ST_MakeEnvelope(0, 0, 1, 1, 4326) FROM unnest($2::int[]) AS puid`,
    [id, puids],
  )
  await here.db.query(`INSERT INTO planning.features (project_id, name) VALUES ($1, 'Reef')`, [id])
  return projectRef(id)
}

/** A scenario with rows for these units, and an amount of the feature in each of them. */
async function scenario(parent: ResourceRef, puids: readonly number[]): Promise<ResourceRef> {
  const id = randomUUID()
  await here.db.query(
    `INSERT INTO planning.scenarios (id, project_id, number, name) VALUES ($1, $2, 1, 's')`,
    [id, parent.id],
  )
  await here.db.query(
    `INSERT INTO planning.scenario_planning_units (scenario_id, planning_unit_id, cost)
     SELECT $1, id, puid FROM planning.planning_units WHERE project_id = $2 AND puid = ANY ($3::int[])`,
    [id, parent.id, puids],
  )
  await here.db.query(
    `INSERT INTO planning.scenario_features (scenario_id, feature_id, prop)
     SELECT $1, id, 0.3 FROM planning.features WHERE project_id = $2`,
    [id, parent.id],
  )
  return { kind: 'scenario', id }
}

async function arrival(archive: { readonly artifact: string }, into: ResourceRef) {
  return (await here.piecework.import({ principal, archive, into })).ended()
}

const puids = [0, 1, 2, 3, 9, 10, 40, 2147483646, 2147483647]

test('it goes into a project with the same grid, with its rows and no others', async () => {
  for (const own of [[2, 40, 2147483647], []]) {
    const archive = await archiveOf(here.piecework, await scenario(await project(puids), own))
    const report = await arrival(archive, await project(puids))
    assert.equal(report.findings, [])
    const { rows } = await here.db.query(
      `SELECT unit.puid, own.cost FROM planning.scenario_planning_units AS own
       JOIN planning.planning_units AS unit ON unit.id = own.planning_unit_id WHERE own.scenario_id = $1 ORDER BY 1`,
      [succeeded(report)],
    )
    assert.equal(
      rows,
      own.map((puid) => ({ puid, cost: puid })),
    )
  }
})

test('all problems at once: another grid is refused, and the first units are named though the scenario has no row for them', async () => {
  for (const own of [[2, 40], []]) {
    const archive = await archiveOf(here.piecework, await scenario(await project(puids), own))
    const into = await project([0, 2, 4, 5, 6, 7, 8, 9, 40, 2147483646])
    const { job, findings } = await arrival(archive, into)
    assert.is(job.outcome, 'failed')
    assert.equal(
      findings.map(({ code, count, message }) => [code, count, /puid (.*)\.$/.exec(message)?.[1]]),
      [
        ['scenario/other-grid', 4, '1, 3, 10, 2147483647'],
        ['scenario/other-grid', 5, '4, 5, 6, 7, 8'],
      ],
    )
  }
  const nothing = await archiveOf(here.piecework, await scenario(await project([]), []))
  assert.is((await arrival(nothing, await project([1]))).job.outcome, 'failed')
  succeeded(await arrival(nothing, await project([])))
})

test('units of another project are left behind with a finding, not taken for those with their puids', async () => {
  const source = await scenario(await project(puids), puids)
  const stranger = await project([40])
  for (const table of [
    'scenario_planning_units (scenario_id, planning_unit_id)',
    'run_solutions (scenario_id, planning_unit_id, run)',
  ])
    await here.db.query(
      `INSERT INTO planning.${table} SELECT $1, id${table.includes('run)') ? ', 1' : ''} FROM planning.planning_units
       WHERE project_id = $2`,
      [source.id, stranger.id],
    )
  const report = await arrival(await archiveOf(here.piecework, source), await project(puids))
  const target = succeeded(report)
  assert.equal(report.findings.map(({ code, piece, count }) => [code, piece, count]).sort(), [
    ['table/row-skipped', 'scenario/planning-units', 1],
    ['table/row-skipped', 'scenario/results', 1],
  ])
  const { rows } = await here.db.query<{ n: number }>(
    `SELECT count(*)::int AS n FROM planning.run_solutions WHERE scenario_id = $1`,
    [target],
  )
  assert.equal(rows, [{ n: 0 }])
})

test('hostile archives: a grid that is none is refused; one of many units costs no more than its runs', async () => {
  const into = await project([1, 2])
  const verdict = async (csv: string) => {
    const files = {
      'scenario_planning_units.csv': 'id,planning_unit_id,planning_unit_id.puid,lock_status\n',
      'grid.csv': csv,
    }
    const piece = planningScenario().pieces?.find(({ name }) => name === 'scenario/planning-units')
    const found: string[] = []
    for (const { validate } of piece?.validators ?? [])
      for await (const { code, count } of validate({
        jobId: randomUUID(),
        resource: { kind: 'scenario', id: randomUUID() },
        target: { kind: 'scenario', id: randomUUID() },
        into,
        principal,
        options: undefined,
        signal: new AbortController().signal,
        progress: () => {},
        carries: (kind) => kind === 'scenario',
        tx: here.db,
        entries: entriesOf(
          Object.entries(files).map(([path, text]) => ({
            path,
            facts: { size: text.length },
            open: async function* () {
              yield Buffer.from(text)
            },
          })),
        ),
      }))
        found.push(count === undefined ? code : `${code} ${count}`)
    return found
  }
  assert.equal(await verdict('first,last\n1,2\n'), [])
  assert.equal(await verdict('last,first\n1,1\n2,2\n'), [])
  assert.equal(await verdict('first,last\n0,2147483647\n'), [`scenario/other-grid ${2 ** 31 - 2}`])
  for (const rows of ['2,1', '1,1\n1,2', '1,2147483648', '-1,2', '1.5,2', ',', '1'])
    assert.equal(await verdict(`first,last\n${rows}\n`), ['scenario/grid-invalid'], rows)
  assert.equal(await verdict('from,to\n1,2\n'), ['scenario/grid-invalid'])
})

test.run()
