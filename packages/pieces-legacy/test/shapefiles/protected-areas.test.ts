import assert from 'node:assert/strict'
import { needsServer } from '@piecework/test-support'
import { suite } from 'uvu'
import { type PlanningHost, planningHost } from '../importers/planning-host.js'
import { smallProject } from '../importers/small-project.js'
import { assertNear, imported, rows, told } from './support/import.js'
import { areaOf, box, layer, line, number, text } from './support/uploads.js'

const test = needsServer(suite('an uploaded shapefile of protected areas'))
const role = 'protected-areas'
const wdpa = [number('WDPAID', 5), text('NAME'), text('DESIG'), text('IUCN_CAT'), text('STATUS')]
let host: PlanningHost

test.before(async () => {
  host = await planningHost()
})
test.after(() => host.stop())

const areas = (project: string) =>
  rows(
    host,
    `SELECT name, wdpa_id, designation, iucn_category, status FROM planning.protected_areas WHERE project_id = $1
     ORDER BY name, wdpa_id`,
    project,
  )

test('protected areas have the attributes of the world database; the scenario selects them', async () => {
  const { project } = await imported(host, {
    ...smallProject(),
    ...layer(
      role,
      [
        box([0, 0, 0.5, 1], '555512345.00000', 'Bay', 'National Park', 'II', 'Designated'),
        box([0.25, 0, 1.5, 1], '', '', '', '', ''),
      ],
      { columns: wdpa },
    ),
  })
  const nothing = { name: null, wdpa_id: null, designation: null, iucn_category: null, status: null }
  assert.deepEqual(await areas(project), [
    {
      name: 'Bay',
      wdpa_id: '555512345',
      designation: 'National Park',
      iucn_category: 'II',
      status: 'Designated',
    },
    nothing,
  ])
  const [scenario] = await rows<{ selected: boolean; threshold: number | null }>(
    host,
    `SELECT protected_threshold AS threshold, protected_area_ids = (
       SELECT jsonb_agg(id ORDER BY name, wdpa_id) FROM planning.protected_areas a WHERE a.project_id = s.project_id
     ) AS selected FROM planning.scenarios s WHERE project_id = $1`,
    project,
  )
  assert.deepEqual(scenario, { threshold: null, selected: true })
  const units = await rows<{ lock_status: string; protected_area: number; protected_by_default: boolean }>(
    host,
    `SELECT lock_status, protected_area, protected_by_default FROM planning.scenario_planning_units s
     JOIN planning.planning_units u ON u.id = planning_unit_id WHERE u.project_id = $1 ORDER BY puid`,
    project,
  )
  assert.deepEqual(
    units.map(({ lock_status }) => lock_status),
    ['available', 'available', 'locked_in', 'locked_out'],
  )
  assert.ok(units.every(({ protected_by_default }) => !protected_by_default))
  assertNear(units[0]?.protected_area, areaOf([0, 0, 1, 1]))
  assertNear(units[1]?.protected_area, areaOf([1, 0, 1.5, 1]))
  assert.deepEqual(
    units.slice(2).map(({ protected_area }) => protected_area),
    [0, 0],
  )
})

test('attributes that are not there are null; one name may be given for all', async () => {
  const nothing = { wdpa_id: null, designation: null, iucn_category: null, status: null }
  const shapes = [box([0, 0, 1, 1], 'x')]
  const unnamed = await imported(host, {
    ...smallProject(),
    ...layer(role, shapes, { columns: [text('note')] }),
  })
  assert.deepEqual(await areas(unnamed.project), [{ name: null, ...nothing }])
  const named = await imported(host, {
    ...smallProject(),
    ...layer(role, shapes, { columns: [text('note')], metadata: { name: 'Parks' } }),
  })
  assert.deepEqual(await areas(named.project), [{ name: 'Parks', ...nothing }])
})

test('a project without such an upload has no protected areas and no protection', async () => {
  const { project } = await imported(host, smallProject())
  assert.deepEqual(await areas(project), [])
  assert.deepEqual(
    await rows(
      host,
      `SELECT DISTINCT protected_area FROM planning.scenario_planning_units s
       JOIN planning.planning_units u ON u.id = planning_unit_id WHERE u.project_id = $1`,
      project,
    ),
    [{ protected_area: null }],
  )
})

test('shapes without an area are errors by their record', async () => {
  const uploads = layer(role, [box([0, 0, 1, 1], 'a'), line('b')], { columns: [text('NAME')] })
  assert.deepEqual(await told(host, { ...smallProject(), ...uploads }, role), [
    { severity: 'error', code: 'legacy/protected-area-shapes-shape-invalid', line: 2 },
  ])
})

test.run()
