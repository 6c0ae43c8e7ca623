import { memoryArtifacts } from '@piecework/core'
import { needsServer } from '@piecework/test-support'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { type Instance, instance } from '../support/instance.js'
import { exportedFiles } from './support/exported-files.js'
import { nativeScenario } from './support/native-scenario.js'

const test = needsServer(suite('Marxan folder of a native scenario'))
const artifacts = memoryArtifacts()
let here: Instance

test.before(async () => {
  here = await instance(artifacts)
})
test.after(() => here.close())

const folderOf = (scenario: string, options?: object) =>
  exportedFiles({ piecework: here.piecework, artifacts }, scenario, 'scenario/marxan-input', options)

const rowsOf = (text = ''): readonly (readonly number[])[] =>
  text
    .trim()
    .split('\n')
    .slice(1)
    .map((line) => line.split(',').map(Number))

test('costs and statuses, units that the scenario does not know with defaults', async () => {
  const { files } = await folderOf(await nativeScenario(here.db))
  assert.is(
    files['input/pu.dat'],
    'id,cost,status\n1,0.1,2\n2,0.2,3\n3,0.3,1\n4,0.4,0\n5,0.5,0\n6,0.6,0\n7,0.7,0\n8,0.8,0\n9,1,0\n',
  )
})

test('features without an id get free ones by name; a feature without a goal is told', async () => {
  const { files, findings } = await folderOf(await nativeScenario(here.db))
  assert.is(
    files['input/spec.dat'],
    'id\tprop\tspf\tname\n1\t0\t2\tGamma\n2\t0.3\t2\tAlpha, north\n3\t0.3\t2\tBeta\n',
  )
  assert.equal(
    findings.map(({ code, count }) => [code, count]),
    [['scenario/marxan-no-goal', 1]],
  )
})

test('amounts are those of the scenario, else of the feature, else the area in which shape and unit meet', async () => {
  const scenario = await nativeScenario(here.db)
  const { rows } = await here.db.query<{ area: number }>(
    'SELECT ST_Area(ST_Transform(ST_MakeEnvelope(0, 0, 0.01, 0.01, 4326), 3410)) AS area',
  )
  const area = rows[0]?.area ?? 0
  const amounts = rowsOf((await folderOf(scenario)).files['input/puvspr.dat'])
  assert.equal(
    amounts.map(([species, pu]) => [species, pu]),
    [
      [2, 1],
      [2, 2],
      [3, 2],
      [3, 7],
    ],
  )
  const [whole = 0, half = 0, two, seven] = amounts.map(([, , amount]) => amount)
  assert.ok(Math.abs(whole - area) < 0.01, `${whole} is not ${area}`)
  assert.ok(Math.abs(half - area / 2) < 0.01, `${half} is not half of ${area}`)
  assert.equal([two, seven], [3, 10.5])

  await here.db.query(
    `INSERT INTO planning.scenario_feature_amounts
     SELECT f.id, u.id, 0.1 FROM planning.scenario_features f JOIN planning.features n ON n.id = f.feature_id
     JOIN planning.planning_units u ON u.project_id = n.project_id
     WHERE f.scenario_id = $1 AND n.name <> 'Gamma' AND u.puid = 4`,
    [scenario],
  )
  const { files } = await folderOf(scenario)
  assert.is(files['input/puvspr.dat'], 'species,pu,amount\n2,4,0.1\n3,4,0.1\n')
})

test('boundaries are measured where none are stored: what units share, and what they share with none', async () => {
  const scenario = await nativeScenario(here.db)
  const { files } = await folderOf(scenario)
  assert.match(files['input.dat'] ?? '', /^BOUNDNAME bound\.dat$/m)
  const rows = rowsOf(files['input/bound.dat'])
  const inner = rows.filter(([one, other]) => one !== other)
  assert.equal(
    inner.map(([one, other]) => `${one} ${other}`),
    ['1 2', '1 4', '2 3', '2 5', '3 6', '4 5', '4 7', '5 6', '5 8', '6 9', '7 8', '8 9'],
  )
  const outer = rows.filter(([one, other]) => one === other).map(([id]) => id)
  assert.equal(outer, [1, 2, 3, 4, 6, 7, 8, 9])
  const { rows: units } = await here.db.query<{ puid: number; perimeter: number }>(
    `SELECT puid, ST_Perimeter(geom::geography) AS perimeter FROM planning.planning_units
     WHERE project_id = (SELECT project_id FROM planning.scenarios WHERE id = $1) ORDER BY puid`,
    [scenario],
  )
  for (const { puid, perimeter } of units) {
    const sum = rows.reduce(
      (total, [one, other, length = 0]) => total + (one === puid || other === puid ? length : 0),
      0,
    )
    assert.ok(Math.abs(sum - perimeter) < 0.01, `${puid}: ${sum} is not ${perimeter}`)
  }
})

test('parts of an edge count, and units that meet in a point or overlap a little have no long boundary', async () => {
  const scenario = await nativeScenario(here.db)
  // A unit of twice the size beside units 3 and 6, its corners off by a rounding error.
  await here.db.query(
    `INSERT INTO planning.planning_units (project_id, puid, geom)
     SELECT project_id, 10, ST_MakeEnvelope(0.03 + 1e-15, 0, 0.05, 0.02 - 1e-15, 4326) FROM planning.scenarios WHERE id = $1`,
    [scenario],
  )
  const rows = rowsOf((await folderOf(scenario)).files['input/bound.dat'])
  const beside = rows.filter(([one, other]) => one !== other && other === 10)
  assert.equal(
    beside.map(([one]) => one),
    [3, 6],
  )
  for (const [, , length = 0] of beside) assert.ok(Math.abs(length - 1105.7) < 1, String(length))
})

test('no boundaries are measured where they count for nothing, or are not asked for', async () => {
  const scenario = await nativeScenario(here.db)
  const stored = await folderOf(scenario, { boundaries: 'stored' })
  assert.equal(Object.keys(stored.files).sort(), [
    'input.dat',
    'input/pu.dat',
    'input/puvspr.dat',
    'input/spec.dat',
    'output/README.txt',
  ])
  assert.not.match(stored.files['input.dat'] ?? '', /BOUNDNAME/)
  await here.db.query('UPDATE planning.scenarios SET blm = 0 WHERE id = $1', [scenario])
  assert.not('input/bound.dat' in (await folderOf(scenario)).files)
})

for (const [what, length, written, told] of [
  ['the same in both directions', 'a.puid + b.puid', '1,1,2\n1,2,3\n2,2,4\n', []],
  ['another one in each direction', 'b.puid', '1,1,1\n1,2,2\n2,2,2\n', [['scenario/marxan-boundary', 1]]],
] as const)
  test(`stored boundaries are written once for each pair: ${what}`, async () => {
    const scenario = await nativeScenario(here.db)
    await here.db.query(
      `INSERT INTO planning.boundary_lengths SELECT $1, a.id, b.id, ${length}
       FROM planning.planning_units a JOIN planning.planning_units b USING (project_id)
       WHERE project_id = (SELECT project_id FROM planning.scenarios WHERE id = $1) AND a.puid < 3 AND b.puid < 3`,
      [scenario],
    )
    const { files, findings } = await folderOf(scenario)
    assert.is(files['input/bound.dat'], `id1,id2,boundary\n${written}`)
    assert.equal(
      findings
        .filter(({ code }) => code === 'scenario/marxan-boundary')
        .map(({ code, count }) => [code, count]),
      told,
    )
  })

test('goals of both kinds, locations where occurrences must be apart, and numbers that are none', async () => {
  const scenario = await nativeScenario(here.db)
  await here.db.query(
    `UPDATE planning.scenario_features SET target = 12.5, sepnum = 2, sepdistance = 1000, type = 4, target2 = 'NaN', fpf = NULL
     WHERE scenario_id = $1 AND marxan_id = 1`,
    [scenario],
  )
  const { files, findings } = await folderOf(scenario)
  assert.is(
    files['input/spec.dat'],
    'id,prop,target,spf,sepnum,sepdistance,type,name\n1,-1,12.5,1,2,1000,4,Gamma\n2,0.3,-1,2,0,0,0,Alpha, north\n3,0.3,-1,2,0,0,0,Beta\n'.replaceAll(
      /,(?! )/g,
      '\t',
    ),
  )
  assert.match(files['input/pu.dat'] ?? '', /^id,cost,status,xloc,yloc\n1,0\.1,2,\d+\.\d+,\d+\.\d+\n/)
  assert.equal(findings, [])
})

for (const [what, where, told] of [
  ['all', 'true', []],
  ['some: the centres of the others, told', 'u.puid > 1', [['scenario/marxan-location', 1]]],
] as const)
  test(`locations that are stored are written, whether or not they are needed: ${what}`, async () => {
    const scenario = await nativeScenario(here.db)
    const { rowCount } = await here.db.query(
      `INSERT INTO planning.scenario_planning_units (scenario_id, planning_unit_id, xloc, yloc)
       SELECT s.id, u.id, CASE WHEN ${where} THEN u.puid * 0.1::float8 END, CASE WHEN ${where} THEN -1e21 END
       FROM planning.scenarios s JOIN planning.planning_units u USING (project_id) WHERE s.id = $1
       ON CONFLICT (scenario_id, planning_unit_id) DO UPDATE SET xloc = EXCLUDED.xloc, yloc = EXCLUDED.yloc`,
      [scenario],
    )
    const { files, findings } = await folderOf(scenario)
    const [header, ...lines] = (files['input/pu.dat'] ?? '').trimEnd().split('\n')
    assert.is(header, 'id,cost,status,xloc,yloc')
    assert.is(lines.length, rowCount)
    const given = lines.slice(told.length)
    assert.equal(
      given.map((line) => line.split(',').slice(3)),
      given.map((line) => [String(Number(line.split(',')[0]) * 0.1), '-1e+21']),
    )
    for (const line of lines) assert.match(line, /^\d+,[\d.]+,\d,-?[\d.]+,-?[\d.e+]+$/)
    assert.equal(
      findings
        .filter(({ code }) => code === 'scenario/marxan-location')
        .map(({ code, count }) => [code, count]),
      told,
    )
  })

test('-1, "not set", is written as it is stored', async () => {
  const scenario = await nativeScenario(here.db)
  await here.db.query(
    `UPDATE planning.scenario_features SET target2 = -1, sepnum = CASE WHEN marxan_id = 1 THEN -1 ELSE 2 END, sepdistance = -2
     WHERE scenario_id = $1`,
    [scenario],
  )
  const { files } = await folderOf(scenario)
  assert.match(
    files['input/spec.dat'] ?? '',
    /^id\tprop\tspf\ttarget2\tsepnum\tname\n1\t0?[.\d]*\t[\d.]+\t-1\t-1\t/,
  )
})

test('parameters: columns before the document, defaults for what Marxan cannot run with, each told', async () => {
  const scenario = await nativeScenario(here.db)
  await here.db.query(
    `UPDATE planning.scenarios SET blm = 0.25, number_of_runs = 7,
       marxan_parameters = '{"BLM": 3, "NUMITNS": 500, "NUMTEMP": 10000, "PROP": "x\\nBLM 9", "HEURTYPE": 2.5, "RANDSEED": 2147483648, "OUTPUTDIR": "/etc"}'
     WHERE id = $1`,
    [scenario],
  )
  const { files, findings } = await folderOf(scenario)
  const lines = (files['input.dat'] ?? '').split('\n')
  const wanted = [
    'BLM 0.25',
    'NUMREPS 7',
    'NUMITNS 500',
    'NUMTEMP 500',
    'PROP 0.5',
    'HEURTYPE -1',
    'RANDSEED -1',
    'OUTPUTDIR output',
  ]
  for (const line of wanted) assert.ok(lines.includes(line), line)
  assert.not(lines.includes('BLM 9'))
  assert.equal(
    findings
      .filter(({ code }) => code === 'scenario/marxan-parameter')
      .map(({ column }) => column)
      .sort(),
    ['HEURTYPE', 'NUMTEMP', 'PROP', 'RANDSEED'],
  )
})

const threeNames: readonly [
  what: string,
  names: readonly string[],
  written: readonly string[],
  told: number,
][] = [
  ['commas: by tabs', ['Eel, grass', 'b;c', "d'e"], ['Eel, grass', 'b;c', "d'e"], 0],
  ['several lines', ['a\nof\r\nlines', 'b', 'c'], ['a of  lines', 'b', 'c'], 1],
  ['a tab and a comma', ['a\tb, c', 'd', 'e'], ['a b, c', 'd', 'e'], 1],
  ['quotation marks', ['"a" b', 'a "b', '"'], ["'a' b", "a 'b", "'"], 3],
  ['blanks around', [' a', '\u00a0b\u2003', '\ufeffc'], ['a', 'b', 'c'], 3],
  ['nothing but blanks', ['', ' \t\n', 'c'], ['Unnamed Feature #1', 'Unnamed Feature #2', 'c'], 2],
  ['the same after that', ['a "b"', "a 'b'", 'a\tb'], ["a 'b'", "a 'b' #2", 'a b'], 3],
  [
    'a name like one that is made up',
    ['', 'Unnamed Feature #1', 'c'],
    ['Unnamed Feature #1#', 'Unnamed Feature #1', 'c'],
    1,
  ],
  [
    'several of them',
    ['', 'Unnamed Feature #1', 'Unnamed Feature #1##'],
    ['Unnamed Feature #1###', 'Unnamed Feature #1', 'Unnamed Feature #1##'],
    1,
  ],
  ['a name like a second one', ["a 'b'", 'a "b"', "a 'b' #2"], ["a 'b'", "a 'b' #2#", "a 'b' #2"], 1],
  ['keys and numbers', ['BLM 1', '-1', '\\.'], ['BLM 1', '-1', '\\.'], 0],
]
for (const [what, names, written, told] of threeNames)
  test(`names are written without quotation marks: ${what}`, async () => {
    const scenario = await nativeScenario(here.db)
    await here.db.query('UPDATE planning.scenario_features SET marxan_id = NULL WHERE scenario_id = $1', [
      scenario,
    ])
    await here.db.query(
      `UPDATE planning.scenario_features AS goal SET marxan_id = place FROM (
         SELECT goal.id, row_number() OVER (ORDER BY name) AS place FROM planning.scenario_features goal
         JOIN planning.features f ON f.id = feature_id WHERE scenario_id = $1) AS ranked WHERE ranked.id = goal.id`,
      [scenario],
    )
    await here.db.query(
      `UPDATE planning.features f SET name = ($2::text[])[marxan_id] FROM planning.scenario_features g
       WHERE g.feature_id = f.id AND scenario_id = $1`,
      [scenario, names],
    )
    const { files, findings } = await folderOf(scenario)
    const text = files['input/spec.dat'] ?? ''
    const delimiter = written.some((name) => name.includes(',')) ? '\t' : ','
    const rows = text
      .trimEnd()
      .split('\n')
      .map((line) => line.split(delimiter))
    assert.equal(
      rows.map((row) => row.at(-1)),
      ['name', ...written],
    )
    for (const row of rows) assert.is(row.length, rows[0]?.length)
    assert.not.match(text, /"/)
    assert.equal(
      findings.filter(({ code }) => code === 'scenario/marxan-name').map(({ count }) => count),
      told > 0 ? [told] : [],
    )
  })

test('reproducible: equal content, equal digest; the archive imports, without findings about the folder', async () => {
  const scenario = await nativeScenario(here.db)
  await here.db.query(
    `INSERT INTO planning.scenario_planning_units (scenario_id, planning_unit_id)
     SELECT s.id, u.id FROM planning.scenarios s JOIN planning.planning_units u USING (project_id) WHERE s.id = $1 AND u.puid = 9`,
    [scenario],
  )
  const [one, two] = [await folderOf(scenario), await folderOf(scenario)]
  assert.is(one.digest, two.digest)
  const { rows } = await here.db.query<{ id: string }>(
    'SELECT project_id::text AS id FROM planning.scenarios WHERE id = $1',
    [scenario],
  )
  const into = { kind: 'project', id: rows[0]?.id ?? '' }
  const job = await here.piecework.import({
    principal: { id: 'bo' },
    archive: { artifact: one.archive },
    into,
  })
  const report = await job.ended()
  assert.is(report.job.outcome, 'succeeded', JSON.stringify([report.job.error, report.findings]))
  assert.equal(report.findings, [])
})

test('a scenario without features has no folder', async () => {
  const scenario = await nativeScenario(here.db)
  await here.db.query('DELETE FROM planning.scenario_features WHERE scenario_id = $1', [scenario])
  assert.equal((await folderOf(scenario)).files, {})
})

test.run()
