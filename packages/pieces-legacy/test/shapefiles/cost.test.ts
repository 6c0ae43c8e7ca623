import assert from 'node:assert/strict'
import { needsServer } from '@piecework/test-support'
import { suite } from 'uvu'
import { type PlanningHost, planningHost } from '../importers/planning-host.js'
import { smallProject } from '../importers/small-project.js'
import { assertNear, imported, rows, run, told } from './support/import.js'
import { areaOf, box, layer, number, text } from './support/uploads.js'

const test = needsServer(suite('an uploaded cost shapefile'))
const role = 'cost-surface'
const columns = [number('COST')]
let host: PlanningHost

test.before(async () => {
  host = await planningHost()
})
test.after(() => host.stop())

const values = (project: string) =>
  rows<{ name: string; puid: number; cost: number }>(
    host,
    `SELECT u.puid, v.cost FROM planning.cost_surface_values v JOIN planning.cost_surfaces s ON s.id = v.cost_surface_id
     JOIN planning.planning_units u ON u.id = v.planning_unit_id
     WHERE s.project_id = $1 AND NOT s.is_default ORDER BY u.puid`,
    project,
  )

const surfaces = (project: string) =>
  rows(
    host,
    'SELECT name, is_default, min, max FROM planning.cost_surfaces WHERE project_id = $1 ORDER BY is_default',
    project,
  )

test('a unit costs the mean of what covers it, weighted by area; what is covered once costs exactly that', async () => {
  const { project } = await imported(host, {
    ...smallProject(),
    ...layer(
      role,
      [
        box([0, 0, 1.25, 1], '0.1'),
        box([1.25, 0, 2, 1], '3'),
        // Half of the unit is covered, and that is all that counts.
        box([2.5, 0, 3, 1], '7'),
        box([3, 0, 4, 1], '10'),
        box([3, 0, 4, 1], '20'),
        box([3.5, 0, 4, 1], '0'),
      ],
      { columns, name: 'Fishing effort' },
    ),
  })
  const [one, two, three, four, ...more] = await values(project)
  assert.deepEqual(more, [])
  assert.equal(one?.cost, 0.1)
  assertNear(two?.cost, 0.25 * 0.1 + 0.75 * 3)
  assert.equal(three?.cost, 7)
  assertNear(four?.cost, (10 + 20 + 0.5 * 0) / 2.5)
  assert.deepEqual(await surfaces(project), [
    { name: 'Fishing effort', is_default: false, min: 0.1, max: four?.cost },
    { name: 'Default cost surface', is_default: true, min: 0, max: 1000 },
  ])
  const [scenario] = await rows<{ is_default: boolean }>(
    host,
    `SELECT is_default FROM planning.scenarios s JOIN planning.cost_surfaces c ON c.id = s.cost_surface_id
     WHERE s.project_id = $1`,
    project,
  )
  assert.equal(scenario?.is_default, true)
})

test('areas weigh as they are on the earth, not in degrees', async () => {
  const { project } = await imported(host, {
    ...smallProject(),
    ...layer(role, [box([0, 0, 4, 0.5], '1'), box([0, 0.5, 4, 1], '2')], { columns }),
  })
  const [south, north] = [areaOf([0, 0, 1, 0.5]), areaOf([0, 0.5, 1, 1])]
  for (const { cost } of await values(project)) {
    const expected = (south + 2 * north) / (south + north)
    assert.ok(Math.abs(cost - expected) < 1e-8, `${cost} is not ${expected}`)
  }
})

test('a layer with the ids of planning units says what each of them costs, wherever its shapes are', async () => {
  const far = (id: string, cost: string) => box([80, 10, 81, 11], id, cost)
  const shapes = [far('4', '40'), far('2', '0'), far('9', '90'), far('1', '1e2'), far('3', '0.3')]
  const expected = [
    { puid: 1, cost: 100 },
    { puid: 2, cost: 0 },
    { puid: 3, cost: 0.3 },
    { puid: 4, cost: 40 },
  ]
  for (const [id, metadata] of [
    ['PUID', {}],
    ['unit', { idAttribute: 'UNIT' }],
  ] as const) {
    const uploads = layer(role, shapes, {
      columns: [number(id, 0), number('price')],
      metadata: { ...metadata, costAttribute: 'price', name: 'Prices' },
    })
    const { project, report } = await imported(host, { ...smallProject(), ...uploads })
    assert.deepEqual(await values(project), expected)
    assert.deepEqual(
      report.findings
        .filter(({ code }) => code === 'legacy/cost-shapes-unit-unknown')
        .map(({ count }) => count),
      [1, 1],
    )
    assert.deepEqual((await surfaces(project))[0], { name: 'Prices', is_default: false, min: 0, max: 100 })
  }
})

test('all problems at once: every cost that is none is told by its record', async () => {
  const texts = ['1', '', '*****', '-1', 'n/a', '1e999', '1,5', '0']
  const uploads = layer(
    role,
    texts.map((cost) => box([0, 0, 4, 1], cost)),
    { columns: [text('Cost')] },
  )
  const place = { severity: 'error', column: 'Cost' }
  assert.deepEqual(
    (await told(host, { ...smallProject(), ...uploads }, role)).filter(
      ({ severity }) => severity === 'error',
    ),
    [
      { ...place, code: 'legacy/cost-shapes-cost-null', line: 2 },
      { ...place, code: 'legacy/cost-shapes-cost-overflow', line: 3 },
      { ...place, code: 'legacy/cost-shapes-cost-negative', line: 4 },
      { ...place, code: 'legacy/cost-shapes-cost-not-a-number', line: 5 },
      { ...place, code: 'legacy/cost-shapes-cost-not-a-number', line: 7 },
      { ...place, code: 'legacy/cost-shapes-cost-too-large', line: 6 },
    ],
  )
})

test('ids that are none, come twice, or leave units without a cost are told', async () => {
  const ids = ['1', '1', '-2', '', '3']
  const uploads = layer(
    role,
    ids.map((id) => box([0, 0, 1, 1], id, '5')),
    { columns: [number('pu_id', 0), number('cost')] },
  )
  const place = { severity: 'error', column: 'pu_id' }
  assert.deepEqual(await told(host, { ...smallProject(), ...uploads }, role), [
    { ...place, code: 'legacy/cost-shapes-id-duplicate', line: 2 },
    { ...place, code: 'legacy/cost-shapes-id-negative', line: 3 },
    { ...place, code: 'legacy/cost-shapes-id-null', line: 4 },
    { ...place, code: 'legacy/cost-shapes-unit-without-cost', count: 2 },
    { severity: 'warning', column: 'pu_id', code: 'legacy/cost-shapes-id-spelling' },
  ])
})

test('a layer without a cost is told with its attributes', async () => {
  const uploads = layer(role, [box([0, 0, 4, 1], '1', 'x')], { columns: [number('price'), text('note')] })
  const report = await run(host, { ...smallProject(), ...uploads })
  assert.deepEqual(
    report.findings.filter(({ severity }) => severity === 'error').map(({ message }) => message),
    ['The cost shapefile has no attribute cost; its attributes are price, note'],
  )
})

test('the name of the surface that pu.dat makes is taken', async () => {
  const uploads = layer(role, [box([0, 0, 4, 1], '1')], { columns, name: 'default COST surface' })
  assert.deepEqual(await told(host, { ...smallProject(), ...uploads }, role), [
    { severity: 'error', code: 'legacy/cost-shapes-name-taken' },
  ])
})

test('all problems at once: planning units that no shape covers are told before anything is written, with their number', async () => {
  const shapes = [
    // Touches the second unit, and covers nothing of it.
    box([0, 0, 1, 1], '1'),
    // A corner of the third one is enough.
    box([2.9, 0.9, 3, 1], '2'),
    box([3, 5, 4, 6], '3'),
  ]
  const uploads = { ...smallProject(), ...layer(role, shapes, { columns }) }
  const report = await run(host, uploads)
  assert.equal(report.job.status, 'failed')
  const errors = report.findings.filter(({ severity }) => severity === 'error')
  assert.deepEqual(
    errors.map(({ code, count, message }) => [code, count, message]),
    [
      [
        'legacy/cost-shapes-unit-without-cost',
        2,
        '2 planning units are covered by no shape of the cost shapefile: 2, 4',
      ],
    ],
  )
  const left = await host.database.query<{ units: number }>(
    `SELECT count(*)::integer AS units FROM planning.planning_units u JOIN planning.projects p ON p.id = u.project_id
     WHERE p.state <> 'ready'`,
  )
  assert.equal(left.rows[0]?.units, 0)
})

test.run()
