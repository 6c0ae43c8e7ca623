import assert from 'node:assert/strict'
import { isPieceworkError } from '@piecework/core'
import type { Database } from '@piecework/core/store'
import { checkTables, fromPg, type TableFinding, type TableSpec, tablePiece } from '@piecework/postgres'
import { needsServer, type ScratchDatabase, scratchDatabase } from '@piecework/test-support'
import pg from 'pg'
import { suite } from 'uvu'
import { foreignServer } from './foreign-server.js'

const test = needsServer(suite('checks of foreign tables'))

let scratches: readonly ScratchDatabase[]
let pools: readonly pg.Pool[]
let main: Database
let geo: Database

const goalsDdl = `CREATE TABLE goals (
  id uuid PRIMARY KEY, plan_id uuid NOT NULL, number int NOT NULL UNIQUE, label text NOT NULL, other uuid)`

test.before(async () => {
  scratches = await Promise.all([scratchDatabase(), scratchDatabase(), scratchDatabase()])
  pools = scratches.map(({ url }) => new pg.Pool({ connectionString: url, max: 3 }))
  const [first, second, third] = pools.map((pool) => fromPg(pool)) as [Database, Database, Database]
  main = first
  geo = second
  await foreignServer(geo, 'store', scratches[0])
  await main.query('CREATE TABLE plans (id uuid PRIMARY KEY, name text NOT NULL)')
  for (const database of [main, third]) await database.query(goalsDdl)
  await main.query(goalsDdl.replace('goals', 'old_goals'))
  await geo.query(
    'CREATE TABLE shapes (id uuid PRIMARY KEY, plan_id uuid NOT NULL, goal_id uuid, goal_text text, label text NOT NULL)',
  )
})
test.after(async () => {
  for (const pool of pools) await pool.end()
  for (const scratch of scratches) await scratch.drop()
})

const goals = tablePiece({
  name: 'plan/goals',
  of: 'plan',
  version: 1,
  tables: [
    { table: 'goals', owner: 'plan_id', order: ['number'], ignore: ['other'] },
    { table: 'old_goals', owner: 'plan_id', order: ['number'], ignore: ['other'] },
  ],
})

const shapesWith = (more: Partial<TableSpec> = {}) =>
  tablePiece({
    name: 'plan/shapes',
    of: 'plan',
    version: 1,
    database: 'geo',
    after: ['plan/goals'],
    tables: [
      {
        table: 'shapes',
        owner: 'plan_id',
        order: ['label'],
        references: { goal_id: 'goals' },
        columns: ['goal_text'],
        ...more,
      },
    ],
  })

/** With the foreign table as it is declared. */
async function checked(
  columns: string,
  options = '',
  shapes = shapesWith(),
): Promise<readonly TableFinding[]> {
  await geo.query('DROP FOREIGN TABLE IF EXISTS goals')
  await geo.query(`CREATE FOREIGN TABLE goals (${columns}) SERVER store ${options}`)
  try {
    return await checkTables(main, [goals, shapes], { databases: { geo } })
  } catch (error) {
    if (isPieceworkError(error, 'registry-invalid')) return error.findings as readonly TableFinding[]
    throw error
  }
}

const told = (findings: readonly TableFinding[]) =>
  findings
    .filter(({ table }) => table === 'shapes')
    .map(({ severity, code, column }) => `${severity} ${code} ${column}`)

test('a foreign table that is the table of the other database is found right', async () => {
  assert.deepEqual(told(await checked('id uuid')), [])
})

test('numbers of rows that are shared in the other database are told where they stand undeclared', async () => {
  await main.query(`CREATE TABLE staff (id serial PRIMARY KEY, email text NOT NULL UNIQUE)`)
  await main.query(`INSERT INTO staff (id, email) SELECT 700 + n, 'p' || n FROM generate_series(1, 9) n`)
  await main.query('CREATE TABLE visits (id uuid PRIMARY KEY, plan_id uuid NOT NULL, staff_id int)')
  await geo.query('CREATE TABLE looks (id uuid PRIMARY KEY, plan_id uuid NOT NULL, doc jsonb)')
  await geo.query(
    `INSERT INTO looks SELECT gen_random_uuid(), gen_random_uuid(), jsonb_build_object('staffId', 700 + n) FROM generate_series(1, 9) n`,
  )
  const visits = tablePiece({
    name: 'plan/visits',
    of: 'plan',
    version: 1,
    tables: [
      {
        table: 'visits',
        owner: 'plan_id',
        order: ['id'],
        references: { staff_id: { table: 'staff', shared: { where: 'true', by: ['email'] } } },
      },
    ],
  })
  const looks = tablePiece({
    name: 'plan/looks',
    of: 'plan',
    version: 1,
    database: 'geo',
    tables: [{ table: 'looks', owner: 'plan_id', order: ['id'] }],
  })
  const found = await checkTables(main, [visits, looks], { databases: { geo } })
  assert.deepEqual(
    found.map(({ code, column }) => `${code} ${column}`),
    ['tables/ids-in-values doc'],
  )
  assert.match(found[0]?.message ?? '', /numbers at "staffId" that look like ids of rows of "staff"/)
})

test('one that shows another table is told', async () => {
  const renamed = await checked('id uuid', `OPTIONS (table_name 'old_goals')`)
  assert.deepEqual(told(renamed), ['warning tables/foreign-other goal_id'])
  assert.match(
    renamed.at(-1)?.message ?? '',
    /shows "public\.old_goals", and the rows are in "public\.goals"/,
  )
  const nameOf = (at: number) => new URL(scratches[at]?.url ?? '').pathname.slice(1)
  await geo.query(`ALTER SERVER store OPTIONS (SET dbname '${nameOf(2)}')`)
  try {
    const found = await checked('id uuid')
    assert.deepEqual(told(found), ['warning tables/foreign-other goal_id'])
    const message = found.at(-1)?.message ?? ''
    assert.ok(
      message.includes(`a table of database "${nameOf(2)}", and its rows are in "${nameOf(0)}"`),
      message,
    )
  } finally {
    await geo.query(`ALTER SERVER store OPTIONS (SET dbname '${nameOf(0)}')`)
  }
})

test('one whose key is another than that of the table itself is refused', async () => {
  const key = (name: string, column = 'goal_id') =>
    shapesWith({ references: { [column]: { table: 'goals', key: name } } })
  const refused = ['error tables/foreign-other goal_id']
  // Of another type there.
  assert.deepEqual(told(await checked('id uuid, label uuid', '', key('label'))), refused)
  assert.deepEqual(
    told(await checked('id uuid, missing uuid', `OPTIONS (table_name 'goals')`, key('missing'))),
    ['error tables/foreign-unreadable goal_id'],
  )
  const noKey = await checked('id uuid, other uuid', '', key('other'))
  assert.deepEqual(told(noKey), refused)
  assert.match(noKey.at(-1)?.message ?? '', /column "other" is no key of the table itself/)
})

test('one that cannot be read is refused, and one whose server is away is told', async () => {
  const missing = await checked('id uuid', `OPTIONS (table_name 'nothing')`)
  assert.deepEqual(told(missing), ['error tables/foreign-unreadable goal_id'])
  assert.match(missing.at(-1)?.message ?? '', /cannot be read: .*nothing/)
  const { port } = new URL(scratches[0]?.url ?? '')
  await geo.query(`ALTER SERVER store OPTIONS (SET port '1')`)
  try {
    assert.deepEqual(told(await checked('id uuid')), ['warning tables/foreign-unreadable goal_id'])
  } finally {
    await geo.query(`ALTER SERVER store OPTIONS (SET port '${port || 5432}')`)
  }
  await geo.query('DROP USER MAPPING FOR PUBLIC SERVER store')
  assert.deepEqual(told(await checked('id uuid')), ['error tables/foreign-unreadable goal_id'])
})

test('the hint for pieces that lead to each other is safe to follow', async () => {
  const back = tablePiece({
    name: 'plan/goals',
    of: 'plan',
    version: 1,
    tables: [
      { table: 'plans', owner: 'id', order: [] },
      { table: 'marks', owner: 'plan_id', order: ['id'], references: { shape_id: 'shapes' } },
    ],
  })
  await main.query('CREATE TABLE marks (id uuid PRIMARY KEY, plan_id uuid NOT NULL, shape_id uuid)')
  await foreignServer(main, 'geo', scratches[1])
  await main.query('CREATE FOREIGN TABLE shapes (id uuid) SERVER geo')
  const error = await checkTables(main, [
    back,
    shapesWith({ references: {}, columns: ['goal_id', 'goal_text'] }),
  ]).then(
    () => assert.fail('nothing is told'),
    (reason: unknown) => reason,
  )
  assert.ok(isPieceworkError(error, 'registry-invalid'))
  const [order] = (error.findings as readonly TableFinding[]).filter(({ code }) => code === 'tables/order')
  assert.equal(
    order?.hint,
    '"plan/shapes" comes after "plan/goals" itself. Put what leads back into a table of its own, in a third piece after both.',
  )
})

test.run()
