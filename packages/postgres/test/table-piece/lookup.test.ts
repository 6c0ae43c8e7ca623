import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { tablePiece } from '@piecework/postgres'
import { needsServer } from '@piecework/test-support'
import { suite } from 'uvu'
import { exported, imported, rowsOf, validated, type World, world } from './support.js'

const test = needsServer(suite('table pieces: rows of what an import goes into'))
let here: World

test.before(async () => {
  here = await world(`
    CREATE TABLE projects (id uuid PRIMARY KEY);
    CREATE TABLE scenarios (id uuid PRIMARY KEY, project_id uuid REFERENCES projects);
    CREATE TABLE features (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), project_id uuid REFERENCES projects, n int, name text);
    CREATE TABLE plans (id uuid PRIMARY KEY, scenario_id uuid REFERENCES scenarios, n int, feature_id uuid REFERENCES features, doc jsonb)`)
})
test.after(() => here.close())

const feature = (stableKey: string) =>
  ({ table: 'features', of: 'project', lookup: { where: 'project_id = $into', by: [stableKey] } }) as const

const piece = tablePiece({
  name: 'scenario/plans',
  of: 'scenario',
  version: 1,
  tables: [
    {
      table: 'plans',
      owner: 'scenario_id',
      order: ['n'],
      references: { feature_id: feature('n') },
      json: {
        doc: [
          { path: 'ids[*]', ...feature('name') },
          { path: 'one.id', ...feature('name') },
        ],
      },
    },
  ],
})

const project = async (features: readonly (string | null)[]) => {
  const [id, scenario] = [randomUUID(), randomUUID()]
  await here.db.query('INSERT INTO projects VALUES ($1)', [id])
  await here.db.query('INSERT INTO scenarios VALUES ($1, $2)', [scenario, id])
  await here.db.query(
    'INSERT INTO features (project_id, n, name) SELECT $1::uuid, n, name FROM unnest($2::text[]) WITH ORDINALITY u(name, n)',
    [id, features],
  )
  return { into: { kind: 'project', id }, scenario: { kind: 'scenario', id: scenario } }
}

const carries = (kind: string) => kind === 'scenario'

async function plansOf(features: readonly (string | null)[], twice = false) {
  const source = await project(features)
  for (let n = 0; n < (twice ? 2 : 1); n++) {
    await here.db.query(
      `INSERT INTO plans SELECT gen_random_uuid(), $1, $3, (SELECT id FROM features WHERE project_id = $2 AND n = 1),
         jsonb_build_object('ids', (SELECT jsonb_agg(id ORDER BY n DESC) FROM features WHERE project_id = $2),
           'one', jsonb_build_object('id', (SELECT id FROM features WHERE project_id = $2 AND n = 1)), 'keep', 'x')`,
      [source.scenario.id, source.into.id, n],
    )
  }
  return { source, files: (await exported(here.db, piece, source.scenario)).files }
}

test('new ids: ids in documents and columns lead to the rows with the same stable keys', async () => {
  const names = ['coral', `it's "odd", \\`, 'eel']
  const { source, files } = await plansOf(names)
  const target = await project([...names, 'other'])
  const around = { into: target.into, carries }
  assert.deepEqual(await validated(here.db, piece, files, target.scenario, around), [])
  const { counts, findings } = await imported(here.db, piece, files, {
    ...around,
    jobId: randomUUID(),
    resource: target.scenario,
    source: source.scenario,
  })
  assert.deepEqual([counts, findings], [{ rows: 1, skipped: 0 }, []])
  const named = (id: string) => `(SELECT name FROM features f WHERE f.id::text = ${id} AND f.project_id = $2)`
  const rows = await rowsOf(
    here.db,
    `SELECT ${named('feature_id::text')} AS own, ${named(`doc #>> '{one,id}'`)} AS one, doc ->> 'keep' AS keep,
       (SELECT json_agg(${named('x.id')} ORDER BY x.n) FROM jsonb_array_elements_text(doc -> 'ids') WITH ORDINALITY x(id, n)) AS ids
     FROM plans WHERE scenario_id = $1`,
    [target.scenario.id, target.into.id],
  )
  assert.deepEqual(rows, [{ own: 'coral', one: 'coral', keep: 'x', ids: [...names].reverse() }])
})

test('all problems at once: stable keys that the target lacks, or has twice, are told once each', async () => {
  const { files } = await plansOf(['coral', 'eel', 'crab'], true)
  const target = await project(['coral', 'coral'])
  await here.db.query('UPDATE features SET n = n + 5 WHERE project_id = $1', [target.into.id])
  const found = await validated(here.db, piece, files, target.scenario, { into: target.into, carries })
  assert.deepEqual(
    found.map(({ severity, code, column, message }) => [
      severity,
      code,
      column,
      /"([^"]*)"; it is named /.exec(message)?.[1],
    ]),
    [
      ['error', 'table/elsewhere-missing', 'feature_id.n', '1'],
      ...['crab', 'eel', 'coral'].map((name) => ['error', 'table/elsewhere-missing', 'doc', name]),
      ['error', 'table/elsewhere-missing', 'doc', 'coral'],
    ],
  )
  assert.deepEqual(await validated(here.db, piece, files, target.scenario, { carries: () => true }), [])
})

test('an import takes no row of elsewhere for one of the resource that it goes into', async () => {
  const exportWhere = 'project_id = (SELECT project_id FROM scenarios WHERE id = $resource)'
  const known = (stableKey: string) => {
    const { lookup, ...reference } = feature(stableKey)
    return { ...reference, lookup: { ...lookup, exportWhere } }
  }
  const careful = tablePiece({
    name: 'scenario/plans',
    of: 'scenario',
    version: 1,
    tables: [
      {
        table: 'plans',
        owner: 'scenario_id',
        order: ['n'],
        references: { feature_id: known('n') },
        json: { doc: [{ path: 'ids[*]', ...known('name') }] },
      },
    ],
  })
  const [source, stranger, target] = [
    await project(['coral']),
    await project(['coral']),
    await project(['coral']),
  ]
  for (const [n, { into }] of [source, stranger].entries())
    await here.db.query(
      `INSERT INTO plans SELECT gen_random_uuid(), $1, $3, id, jsonb_build_object('ids', jsonb_build_array(id))
       FROM features WHERE project_id = $2`,
      [source.scenario.id, into.id, n],
    )
  const { files } = await exported(here.db, careful, source.scenario)
  const around = { into: target.into, carries }
  assert.deepEqual(await validated(here.db, careful, files, target.scenario, around), [])
  const { findings } = await imported(here.db, careful, files, {
    ...around,
    jobId: randomUUID(),
    resource: target.scenario,
    source: source.scenario,
  })
  assert.deepEqual(
    findings.map(({ code, column, count }) => [code, column, count]),
    [
      ['table/reference-dangling', 'feature_id', 1],
      ['table/reference-dangling', 'doc', 1],
    ],
  )
  const rows = await rowsOf(
    here.db,
    `SELECT feature_id IN (SELECT id FROM features WHERE project_id = $2) AS own, jsonb_array_length(doc -> 'ids') AS ids
     FROM plans WHERE scenario_id = $1 ORDER BY n`,
    [target.scenario.id, target.into.id],
  )
  assert.deepEqual(rows, [
    { own: true, ids: 1 },
    { own: null, ids: 0 },
  ])
})

test('hostile archives: stable keys that are no keys, and pairs that are no pairs, are refused or lead nowhere', async () => {
  const target = await project(['coral'])
  const id = randomUUID()
  const around = { into: target.into, carries }
  for (const [key, pairs] of [
    ['99999999999999999999', '[]'],
    ['1e0', '"text"'],
    ['0x1', `[["coral"], 7, null, {"a": 1}]`],
    [`1' OR true`, `{"${id}": "coral"}`],
  ] as const) {
    const csv = [['id', 'n', 'feature_id', 'feature_id.n', 'doc', 'doc.features.name'].join()]
    csv.push(
      [randomUUID(), '1', id, key, `{"ids": ["${id}"]}`, pairs]
        .map((v) => `"${v.replaceAll('"', '""')}"`)
        .join(),
    )
    const files = { 'plans.csv': `${csv.join('\n')}\n` }
    const found = await validated(here.db, piece, files, target.scenario, around)
    assert.ok(
      found.some(({ severity, column }) => severity === 'error' && column === 'feature_id.n'),
      key,
    )
    const sound = { 'plans.csv': files['plans.csv'].replace(`"${key}"`, '"1"') }
    const { findings } = await imported(here.db, piece, sound, {
      ...around,
      jobId: randomUUID(),
      resource: target.scenario,
      source: target.scenario,
    })
    assert.deepEqual(
      findings.map(({ code, column }) => [code, column]),
      [['table/reference-dangling', 'doc']],
    )
    await here.db.query('DELETE FROM plans WHERE scenario_id = $1', [target.scenario.id])
  }
})

test.run()
