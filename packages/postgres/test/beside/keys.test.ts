import assert from 'node:assert/strict'
import { isPieceworkError, type Piecework, type ResourceKind } from '@piecework/core'
import type { Piece } from '@piecework/core/piece'
import type { Database } from '@piecework/core/store'
import {
  checkTables,
  foreignTables,
  fromPg,
  migrate,
  postgresStore,
  type Reference,
  type TablePieceSpec,
  tablePiece,
} from '@piecework/postgres'
import { needsServer, type ScratchDatabase, scratchDatabase } from '@piecework/test-support'
import pg from 'pg'
import { suite } from 'uvu'
import { foreignServer } from './foreign-server.js'
import { hostWith, started, targetOf } from './running.js'

const test = needsServer(suite('numbers of sequences in two databases'))
const principal = { id: 'ann' }

let scratches: readonly ScratchDatabase[]
let pools: readonly pg.Pool[]
let main: Database
let geo: Database

/** So many that the ranges are looked up, as old keys have gaps. */
const answersOfOne = 300

test.before(async () => {
  scratches = await Promise.all([scratchDatabase(), scratchDatabase()])
  pools = scratches.map(({ url }) => new pg.Pool({ connectionString: url, max: 6 }))
  for (const pool of pools) pool.on('error', () => {})
  const [first, second] = pools.map((pool) => fromPg(pool))
  main = first ?? assert.fail()
  geo = second ?? assert.fail()
  await foreignServer(main, 'geo', scratches[1])
  await foreignServer(geo, 'store', scratches[0])
  const ofStore = [
    {
      name: 'survey/0001',
      sql: `CREATE TABLE surveys (id serial PRIMARY KEY, name text NOT NULL, ready boolean NOT NULL);
        CREATE TABLE answers (id bigserial PRIMARY KEY, survey_id int NOT NULL REFERENCES surveys, label text NOT NULL);
        CREATE TABLE drawn (id serial PRIMARY KEY, survey_id int NOT NULL REFERENCES surveys, shape_id int NOT NULL, code text NOT NULL);`,
    },
  ]
  await migrate(main, ofStore)
  await migrate(geo, [
    {
      name: 'survey/0001',
      sql: `CREATE TABLE shapes (id serial PRIMARY KEY, survey_id int NOT NULL, code text NOT NULL, answer_id bigint,
          answer_ids bigint[], doc jsonb, parent_id int REFERENCES shapes);
        CREATE TABLE corners (shape_id int NOT NULL REFERENCES shapes, n int, PRIMARY KEY (shape_id, n));
        CREATE TABLE pins (survey_id int NOT NULL, n serial, code text NOT NULL, PRIMARY KEY (survey_id, n));`,
    },
    foreignTables({ name: 'survey/0002', server: 'store', schema: 'public', tables: ['answers'] }),
  ])
  await migrate(main, [
    ...ofStore,
    foreignTables({ name: 'survey/0002', server: 'geo', schema: 'public', tables: ['shapes'] }),
  ])
  await postgresStore({ database: main, databases: { geo } }).migrate()
})
test.after(async () => {
  for (const pool of pools) await pool.end()
  for (const scratch of scratches) await scratch.drop()
})

const survey: ResourceKind = {
  kind: 'survey',
  table: 'surveys',
  key: { sequence: 'public.surveys_id_seq' },
  describe: async ({ id }, db) =>
    (await db.query<{ name: string }>('SELECT name FROM surveys WHERE id = $1 AND ready', [id])).rows[0],
  shell: {
    create: async ({ ref, name }, tx) =>
      void (await tx.query('INSERT INTO surveys VALUES ($1, $2, false) ON CONFLICT DO NOTHING', [
        ref.id,
        name ?? '',
      ])),
    ready: async ({ id }, tx) => void (await tx.query('UPDATE surveys SET ready = true WHERE id = $1', [id])),
    remove: async ({ id }, tx) => void (await tx.query('DELETE FROM surveys WHERE id = $1', [id])),
  },
}

const answers = tablePiece({
  name: 'survey/answers',
  of: 'survey',
  version: 1,
  tables: [{ table: 'answers', owner: 'survey_id', order: ['id'] }],
})

/** Of the other database. */
const shapesWith = (tables: TablePieceSpec['tables'], more: Partial<TablePieceSpec> = {}) =>
  tablePiece({
    name: 'survey/shapes',
    of: 'survey',
    version: 1,
    database: 'geo',
    after: ['survey/answers'],
    tables,
    ...more,
  })

const shapes = { table: 'shapes', owner: 'survey_id', order: ['id'] }
const references = { answer_id: 'answers', answer_ids: 'answers', parent_id: 'shapes' }

const shapesOf = (partRows?: number) =>
  shapesWith(
    [
      { ...shapes, references, json: { doc: [{ path: 'answer', table: 'answers' }] } },
      { table: 'corners', owner: 'shape_id.survey_id', order: ['n'], references: { shape_id: 'shapes' } },
      { table: 'pins', owner: 'survey_id', order: ['n'] },
    ],
    partRows === undefined ? {} : { partRows },
  )

/** In the store's database; its rows lead to those of the other one. */
const drawn = tablePiece({
  name: 'survey/drawn',
  of: 'survey',
  version: 1,
  after: ['survey/shapes'],
  tables: [{ table: 'drawn', owner: 'survey_id', order: ['code'], references: { shape_id: 'shapes' } }],
})

const pieces = [answers, shapesOf(), drawn]

async function sampleSurvey() {
  const { rows } = await main.query<{ id: string }>(
    `INSERT INTO surveys (name, ready) VALUES ('one', true) RETURNING id::text`,
  )
  const id = rows[0]?.id ?? ''
  // Every second number is another survey's.
  await main.query(
    `INSERT INTO answers (id, survey_id, label) SELECT 2 * nextval('answers_id_seq'), $1::int, 'a' || n FROM generate_series(1, ${answersOfOne}) AS n`,
    [id],
  )
  await main.query(`SELECT setval('answers_id_seq', (SELECT max(id) FROM answers))`)
  await geo.query(
    `INSERT INTO shapes (survey_id, code, answer_id, answer_ids, doc)
     SELECT survey_id, label, id, ARRAY[id, id], jsonb_build_object('answer', id) FROM answers WHERE survey_id = $1`,
    [id],
  )
  await geo.query(
    `UPDATE shapes s SET parent_id = p.id FROM shapes p WHERE p.survey_id = s.survey_id AND p.code = 'a1' AND s.code <> 'a1' AND s.survey_id = $1`,
    [id],
  )
  await geo.query(
    `INSERT INTO corners SELECT id, n FROM shapes, generate_series(1, 2) AS n WHERE survey_id = $1`,
    [id],
  )
  await geo.query(`INSERT INTO pins (survey_id, code) VALUES ($1, 'p1'), ($1, 'p2')`, [id])
  await main.query(
    'INSERT INTO drawn (survey_id, shape_id, code) SELECT survey_id, id, code FROM shapes WHERE survey_id = $1',
    [id],
  )
  return { kind: 'survey', id }
}

/** What the rows of a survey say without their numbers, and the least of these. */
async function contentOf(id: string) {
  const shapes = await geo.query(
    `SELECT s.code, a.label, a.survey_id = s.survey_id AS own, s.answer_ids = ARRAY[s.answer_id, s.answer_id] AS many,
       s.doc = jsonb_build_object('answer', s.answer_id) AS inside, p.code AS parent,
       (SELECT count(*)::int FROM corners c WHERE c.shape_id = s.id) AS corners
     FROM shapes s JOIN answers a ON a.id = s.answer_id LEFT JOIN shapes p ON p.id = s.parent_id AND p.survey_id = s.survey_id
     WHERE s.survey_id = $1 ORDER BY s.code`,
    [id],
  )
  const pins = await geo.query('SELECT code FROM pins WHERE survey_id = $1 ORDER BY code', [id])
  const marks = await main.query(
    `SELECT d.code, s.code AS shape FROM drawn d JOIN shapes s ON s.id = d.shape_id AND s.survey_id = d.survey_id
     WHERE d.survey_id = $1 ORDER BY d.code`,
    [id],
  )
  return { shapes: shapes.rows, pins: pins.rows, marks: marks.rows }
}

const leftOver = async (): Promise<readonly number[]> =>
  Promise.all(
    [
      [main, 'key_ranges'],
      [geo, 'key_ranges'],
      [geo, 'attempts'],
    ].map(async ([db, table]) => {
      const { rows } = await (db as Database).query<{ n: number }>(
        `SELECT count(*)::int AS n FROM piecework.${table}`,
      )
      return rows[0]?.n ?? -1
    }),
  )

const running = <T>(used: readonly Piece[], use: (piecework: Piecework) => Promise<T>): Promise<T> =>
  started(hostWith({ main, geo }, survey, used), use)

for (const partRows of [undefined, 100])
  test(`keys of both databases are new, and what leads to them follows, in either direction${partRows ? ', in parts' : ''}`, async () => {
    const resource = await sampleSurvey()
    const before = await contentOf(resource.id)
    assert.equal(before.shapes.length, answersOfOne)
    assert.ok(before.shapes.every(({ own, many, inside }) => own && many && inside))
    assert.equal(before.marks.length, answersOfOne)
    await running([answers, shapesOf(partRows), drawn], async (piecework) => {
      const exported = await (await piecework.export({ resource, principal })).ended()
      const { archive } = exported.job.result
      assert.ok(archive, exported.job.error?.message)
      const validated = await (await piecework.validate({ archive, principal })).ended()
      assert.equal(validated.job.status, 'succeeded', validated.job.error?.message)
      assert.deepEqual(validated.findings, [])
      const imported = await (await piecework.import({ archive, principal })).ended()
      const cloned = await (await piecework.clone({ resource, principal })).ended()
      for (const report of [imported, cloned]) {
        const id = targetOf(report)
        assert.notEqual(id, resource.id)
        assert.deepEqual(await contentOf(id), before)
        assert.deepEqual(report.findings, [])
      }
    })
    assert.deepEqual(await leftOver(), [0, 0, 0])
  })

test('checkTables finds nothing wrong in either, and everything is told if a reservation is not possible', async () => {
  assert.deepEqual(await checkTables(main, pieces), [])
  assert.deepEqual(await checkTables(geo, pieces, { database: 'geo' }), [])
  assert.deepEqual(await checkTables(main, pieces, { databases: { geo } }), [])
  const resource = await sampleSurvey()
  const silent = shapesWith([{ ...shapes, references }])
  const told = await checkTables(main, [answers, silent, drawn], { databases: { geo } })
  assert.deepEqual(
    told.map(({ code, column }) => [code, column]),
    [['tables/ids-in-values', 'doc']],
  )
  await geo.query(
    'ALTER TABLE shapes ADD answer int, ADD answer_list int[], ADD shares jsonb, ADD counts jsonb',
  )
  // Names of members that are keys, and others: numbers from 1, and years.
  await geo.query(`UPDATE shapes SET shares = jsonb_build_object('part', jsonb_build_object(answer_id::text, 0.5)),
    counts = (SELECT jsonb_build_object('level', jsonb_object_agg(n, 1), 'year', jsonb_object_agg(1990 + n, 1)) FROM generate_series(1, 12) AS n)`)
  const named = await checkTables(main, pieces, { databases: { geo } })
  assert.deepEqual(
    // Those that were looked at may be keys of both tables.
    [...new Set(named.map(({ code, column }) => `${code} ${column}`))],
    ['tables/named-like-id answer', 'tables/named-like-id answer_list', 'tables/ids-in-values shares'],
  )
  assert.ok(
    named.some(({ message }) =>
      /numbers at "part\.\{\}" that look like ids of rows of "answers"/.test(message),
    ),
  )
  await geo.query('ALTER TABLE shapes DROP answer, DROP answer_list, DROP shares, DROP counts')
  await geo.query('ALTER SEQUENCE shapes_id_seq MAXVALUE 100000 NO CYCLE')
  await geo.query(`SELECT setval('shapes_id_seq', 99990)`)
  await running(pieces, async (piecework) => {
    const { job } = await (await piecework.clone({ resource, principal })).ended()
    assert.equal(job.status, 'failed')
    assert.equal(job.error?.code, 'keys-exhausted')
  })
  await geo.query('ALTER SEQUENCE shapes_id_seq MAXVALUE 2147483647')
  assert.deepEqual(await leftOver(), [0, 0, 0])
})

test('a foreign table that is missing is named by checkTables', async () => {
  const rest = {
    ...shapes,
    columns: ['answer_ids', 'doc'],
    references: { answer_id: 'surveys', parent_id: 'shapes' },
  }
  const surveys = tablePiece({
    name: 'survey/surveys',
    of: 'survey',
    version: 1,
    tables: [{ table: 'surveys', owner: 'id', order: [] }],
  })
  await assert.rejects(
    checkTables(main, [surveys, answers, shapesWith([rest])], { databases: { geo } }),
    /answer_id" leads to table "surveys", which does not exist here: piece "survey\/surveys" has it in the store's database, so a foreign table of that name is needed/,
  )
})

test('keys of the other database that a column of the store cannot hold are refused before anything is made', async () => {
  const resource = await sampleSurvey()
  await main.query('ALTER TABLE drawn ALTER shape_id TYPE smallint USING 1')
  try {
    await running(pieces, async (piecework) => {
      const { job } = await (await piecework.clone({ resource, principal })).ended()
      assert.equal(job.error?.code, 'keys-exhausted', job.error?.message)
      assert.match(job.error?.message ?? '', /"drawn"."shape_id" \(smallint\)/)
    })
  } finally {
    await main.query('DELETE FROM drawn')
    await main.query('ALTER TABLE drawn ALTER shape_id TYPE int')
  }
})

test('what leads to a table of another database is checked at the request, where no constraint tells', async () => {
  const resource = await sampleSurvey()
  const leading = (answer: Reference, more: Partial<TablePieceSpec> = {}) => {
    const led = { answer_id: answer, parent_id: 'shapes' }
    return shapesWith([{ ...shapes, columns: ['answer_ids', 'doc'], references: led }], more)
  }
  const early = leading({ table: 'answers' }, { after: [] })
  const wrong = leading({ table: 'answers', key: 'survey_id' })
  const refusals = [
    [
      early,
      /"shapes"."answer_id" leads to "answers"."id" of another database, which "survey\/answers" fills/,
    ],
    [wrong, /leads to "answers"."survey_id" of another database, whose rows are numbered by "id"/],
  ] as const
  for (const [piece, message] of refusals)
    await running([answers, piece], async (piecework) => {
      const isRefused = (error: unknown) =>
        isPieceworkError(error, 'registry-invalid') && message.test(error.message)
      await assert.rejects(piecework.clone({ resource, principal }), isRefused)
      const { archive } = await (await piecework.export({ resource, principal })).result()
      assert.ok(archive)
      await assert.rejects(piecework.import({ archive, principal }), isRefused)
      await assert.rejects(piecework.validate({ archive, principal }), isRefused)
    })
})

test('what leads to a piece that is left out is emptied, and told', async () => {
  const resource = await sampleSurvey()
  const without = ['survey/answers', 'survey/drawn']
  await running(pieces, async (piecework) => {
    const { archive } = await (await piecework.export({ resource, principal, without })).result()
    assert.ok(archive)
    const imported = await (await piecework.import({ archive, principal })).ended()
    const cloned = await (await piecework.clone({ resource, principal, without })).ended()
    for (const report of [imported, cloned]) {
      const { rows } = await geo.query(
        'SELECT count(answer_id)::int AS led, count(*)::int AS rows FROM shapes WHERE survey_id = $1',
        [targetOf(report)],
      )
      assert.deepEqual(rows, [{ led: 0, rows: answersOfOne }])
      const told = report.findings.filter(({ code }) => code === 'table/reference-dangling')
      assert.ok(told.some(({ count }) => count === answersOfOne))
    }
  })
  assert.deepEqual(await leftOver(), [0, 0, 0])
})

test('the other server is asked for the rows that are led to at once, not for each', async () => {
  const resource = await sampleSurvey()
  await main.query('CREATE SEQUENCE questions')
  // The subquery is evaluated once for each question.
  await main.query(`CREATE VIEW counted AS SELECT * FROM answers WHERE (SELECT nextval('questions')) > 0`)
  await geo.query(`ALTER FOREIGN TABLE answers OPTIONS (SET table_name 'counted')`)
  const questions = async (): Promise<number> =>
    (await main.query<{ n: number }>(`SELECT nextval('questions')::int AS n`)).rows[0]?.n ?? 0
  try {
    await running(pieces, async (piecework) => {
      const { archive } = await (await piecework.export({ resource, principal })).result()
      assert.ok(archive)
      const requests = [
        () => piecework.import({ archive, principal }),
        () => piecework.clone({ resource, principal }),
      ]
      for (const request of requests) {
        const asked = await questions()
        targetOf(await (await request()).ended())
        const more = (await questions()) - asked
        assert.ok(more > 1 && more < 20, `${more} questions for ${answersOfOne} rows`)
      }
    })
  } finally {
    await geo.query(`ALTER FOREIGN TABLE answers OPTIONS (SET table_name 'answers')`)
    await main.query('DROP VIEW counted')
  }
})

test('tables of one name in two databases, with numbers as keys in both, are refused by name', async () => {
  const resource = await sampleSurvey()
  await geo.query('CREATE TABLE drawn (id serial PRIMARY KEY, survey_id int NOT NULL, code text NOT NULL)')
  const twin = tablePiece({
    name: 'survey/twin',
    of: 'survey',
    version: 1,
    database: 'geo',
    tables: [{ table: 'drawn', owner: 'survey_id', order: ['code'] }],
  })
  await running([...pieces, twin], async (piecework) => {
    await assert.rejects(
      piecework.clone({ resource, principal }),
      (error) =>
        isPieceworkError(error, 'unsupported') &&
        /survey\/drawn and survey\/twin fill tables called "drawn" in two databases/.test(error.message),
    )
  })
})

test.run()
