import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { jobIds } from '@piecework/core/piece'
import { tablePiece } from '@piecework/postgres'
import { needsServer } from '@piecework/test-support'
import { suite } from 'uvu'
import { cloned, exported, imported, newProject, rowsOf, validated, type World, world } from './support.js'

const test = needsServer(suite('table pieces: shared rows and documents'))
let here: World

const shared = { where: 'project_id IS NULL', by: ['stable_key'] }
const piece = tablePiece({
  name: 'project/selections',
  of: 'project',
  version: 1,
  tables: [
    { table: 'areas', owner: 'project_id', order: ['name'], ignore: ['stable_key'] },
    {
      table: 'selections',
      owner: 'project_id',
      order: ['n'],
      references: { area_id: { table: 'areas', shared } },
      json: {
        doc: [
          { path: 'areas[*].id', table: 'areas', shared },
          { path: 'by.*', table: 'areas', shared },
          { path: 'list[*]', table: 'areas', shared },
          { path: `it's "\\ odd`, table: 'selections' },
        ],
      },
    },
  ],
})

test.before(async () => {
  here = await world(`
    CREATE TABLE projects (id uuid PRIMARY KEY);
    CREATE TABLE areas (id uuid PRIMARY KEY, project_id uuid REFERENCES projects, name text, stable_key text UNIQUE);
    CREATE TABLE selections (id uuid PRIMARY KEY, project_id uuid REFERENCES projects, n int, area_id uuid NOT NULL REFERENCES areas, doc jsonb)`)
})
test.after(() => here.close())

const odd = `it's "\\ odd`

test('new ids: shared rows travel by stable key, own rows by new id, what leads nowhere is left out and told', async () => {
  const source = randomUUID()
  const [common, own, first, second, nowhere] = Array.from({ length: 5 }, () => randomUUID()) as [
    string,
    string,
    string,
    string,
    string,
  ]
  await here.db.query('INSERT INTO projects VALUES ($1)', [source])
  await here.db.query(`INSERT INTO areas VALUES ($1, NULL, 'common', 'key, "1"'), ($2, $3, 'own', NULL)`, [
    common,
    own,
    source,
  ])
  const doc = {
    areas: [
      { id: common, keep: 1 },
      { id: own.toUpperCase() },
      { id: nowhere },
      { id: 7 },
      null,
      'text',
      { no: 'id' },
    ],
    by: { a: own, b: nowhere, c: common, d: { id: own } },
    list: [own, 'not an id', common, null, nowhere, [own]],
    [odd]: second,
    'areas[*].id': own,
  }
  await here.db.query('INSERT INTO selections VALUES ($1, $3, 1, $4, $6), ($2, $3, 2, $5, NULL)', [
    first,
    second,
    source,
    common,
    own,
    JSON.stringify(doc),
  ])

  const { files } = await exported(here.db, piece, { kind: 'project', id: source })
  const csv = files['selections.csv']?.csv ?? ''
  assert.equal(csv.split('\n')[0], 'id,n,area_id,area_id.stable_key,doc')
  assert.ok(!csv.includes(common))
  assert.ok(csv.includes(`${first},1,,"key, ""1""",`))
  assert.deepEqual(await validated(here.db, piece, files), [])

  for (const run of ['clone', 'import', 'import elsewhere'] as const) {
    let there = common
    if (run === 'import elsewhere') {
      // Another installation: the shared row has another id.
      there = randomUUID()
      await here.db.query(`UPDATE areas SET stable_key = NULL WHERE id = $1`, [common])
      await here.db.query(`INSERT INTO areas VALUES ($1, NULL, 'common', 'key, "1"')`, [there])
    }
    const into = await newProject(here.db, source)
    const { counts, findings } =
      run === 'clone' ? await cloned(here.db, piece, into) : await imported(here.db, piece, files, into)
    assert.deepEqual(counts, { rows: 3, skipped: 0 })
    const ids = jobIds(into.jobId)
    const renewed = ids.idOf('areas', own)
    const rows = await rowsOf(
      here.db,
      'SELECT n, area_id, doc FROM selections WHERE project_id = $1 ORDER BY n',
      [into.resource.id],
    )
    assert.deepEqual(rows, [
      {
        n: 1,
        area_id: there,
        doc: {
          areas: [
            { id: there, keep: 1 },
            { id: renewed },
            { id: null },
            { id: 7 },
            null,
            'text',
            { no: 'id' },
          ],
          by: { a: renewed, b: null, c: there, d: { id: own } },
          list: [renewed, there, null, [own]],
          [odd]: ids.idOf('selections', second),
          'areas[*].id': own,
        },
      },
      { n: 2, area_id: renewed, doc: null },
    ])
    assert.deepEqual(
      findings.map(({ code, column, count }) => [code, column, count]),
      [1, 1, 2].map((count) => ['table/reference-dangling', 'doc', count]),
    )
  }
})

test('all problems at once: every shared row that the target lacks is told before anything is written', async () => {
  const id = randomUUID()
  const files = {
    'areas.csv': 'id,name\n',
    'selections.csv': [
      'id,n,area_id,area_id.stable_key,doc',
      ...Array.from({ length: 40 }, (_, n) => `${randomUUID()},${n},,missing ${n % 8},`),
      `${id},1,,"key, ""1""","{""list"": [""shared:gone"", ""shared:key, \\""1\\""""]}"`,
      '',
    ].join('\n'),
  }
  const found = await validated(here.db, piece, files)
  assert.deepEqual(
    found.map(({ severity, code, column, count }) => [severity, code, column, count]),
    [
      ...Array.from({ length: 8 }, () => ['error', 'table/shared-missing', 'area_id.stable_key', 5]),
      ['error', 'table/shared-missing', 'doc', 1],
    ],
  )
  assert.deepEqual(
    found.slice(0, 8).map(({ message }) => /^"missing (\d)"/.exec(message)?.[1]),
    Array.from('01234567'),
  )
  assert.match(
    found[0]?.message ?? '',
    /^"missing \d" is not among the shared rows of "areas" here; it is named 5 times\.$/,
  )
})

test('a stable key reaches only rows that the condition allows', async () => {
  const victim = await newProject(here.db, randomUUID())
  await here.db.query(`INSERT INTO areas VALUES ($1, $2, 'theirs', 'private')`, [
    randomUUID(),
    victim.resource.id,
  ])
  const into = await newProject(here.db, randomUUID())
  const files = {
    'areas.csv': 'id,name\n',
    'selections.csv': `id,n,area_id,area_id.stable_key,doc\n${randomUUID()},1,,private,\n`,
  }
  assert.deepEqual(
    (await validated(here.db, piece, files)).map(({ code }) => code),
    ['table/shared-missing'],
  )
  const { counts } = await imported(here.db, piece, files, into)
  assert.deepEqual(counts, { rows: 0, skipped: 1 })
})

test.run()
