import assert from 'node:assert/strict'
import { setTimeout as sleep } from 'node:timers/promises'
import { isPieceworkError, type Piecework } from '@piecework/core'
import type { Piece } from '@piecework/core/piece'
import { type Database, type ErrorCode, PieceworkError } from '@piecework/core/store'
import { assertSchemaCovered, checkTables, fromPg, tablePiece } from '@piecework/postgres'
import { needsServer, type ScratchDatabase, scratchDatabase } from '@piecework/test-support'
import pg from 'pg'
import { suite } from 'uvu'
import { foreignServer } from './foreign-server.js'
import {
  goals,
  last,
  makeTables,
  plan,
  rowsOf,
  samplePlan,
  shapes,
  type Two,
  totals,
  whole,
} from './plans.js'
import { hostWith, started, targetOf } from './running.js'

const test = needsServer(suite('resources whose rows are in two databases'))
const principal = { id: 'ann' }

let scratches: readonly ScratchDatabase[]
let pools: readonly pg.Pool[]
let main: Database
let geo: Database
let two: Two

test.before(async () => {
  scratches = await Promise.all([scratchDatabase(), scratchDatabase()])
  pools = scratches.map(({ url }) => new pg.Pool({ connectionString: url, max: 6 }))
  for (const pool of pools) pool.on('error', () => {})
  const [first, second] = pools.map((pool) => fromPg(pool))
  main = first ?? assert.fail()
  geo = second ?? assert.fail()
  two = { main, geo }
  await makeTables(two)
  await geo.query('CREATE TABLE plans (id uuid PRIMARY KEY, extent text)')
})
test.after(async () => {
  for (const pool of pools) await pool.end()
  for (const scratch of scratches) await scratch.drop()
})

const pieceworkOf = (pieces: readonly Piece[], other = geo): Piecework =>
  hostWith({ main, geo: other }, plan, pieces)

const running = <T>(
  pieces: readonly Piece[],
  use: (piecework: Piecework) => Promise<T>,
  other = geo,
): Promise<T> => started(pieceworkOf(pieces, other), use)

async function refused(work: Promise<unknown>, code: ErrorCode): Promise<string> {
  try {
    await work
  } catch (error) {
    if (isPieceworkError(error, code)) return error.message
    throw error
  }
  return assert.fail(`no ${code}`)
}

test('an export, its import and a clone carry the rows of both', async () => {
  const resource = await samplePlan(two)
  await running([goals, shapes], async (piecework) => {
    const { job: exported } = await (await piecework.export({ resource, principal })).ended()
    assert.equal(exported.status, 'succeeded', exported.error?.message)
    const { archive } = exported.result
    assert.ok(archive)
    const imported = await (await piecework.import({ archive, principal })).ended()
    assert.deepEqual(await rowsOf(two, targetOf(imported)), whole)
    const replaced = []
    for await (const one of piecework.replacedValues(imported.job.id, { principal })) replaced.push(one)
    assert.deepEqual(
      replaced.map(({ table, value }) => [table, value]),
      [['shapes', `code of ${resource.id}`]],
    )
    const cloned = await (await piecework.clone({ resource, principal })).ended()
    assert.deepEqual(await rowsOf(two, targetOf(cloned)), whole)
  })
  assert.deepEqual((await totals(two)).slice(4), [0, 0, 0])
})

test('nothing half-made: a failure leaves nothing in either', async () => {
  const resource = await samplePlan(two)
  const before = await totals(two)
  const failing = last(async () => assert.fail('not this one'))
  await running([goals, shapes, failing], async (piecework) => {
    const { job } = await (await piecework.clone({ resource, principal })).ended()
    assert.equal(job.status, 'failed')
  })
  assert.deepEqual(await totals(two), before)
})

test('nothing half-made: a cancel leaves nothing in either', async () => {
  const resource = await samplePlan(two)
  const before = await totals(two)
  let reached = (): void => {}
  const isThere = new Promise<void>((resolve) => {
    reached = resolve
  })
  const waiting = last(async (tx) => {
    reached()
    await tx.query('SELECT pg_sleep(60)')
  })
  await running([goals, shapes, waiting], async (piecework) => {
    const job = await piecework.clone({ resource, principal })
    await isThere
    await piecework.cancel(job.id, { principal })
    assert.equal((await job.ended()).job.status, 'cancelled')
  })
  assert.deepEqual(await totals(two), before)
})

for (const doing of ['export', 'clone', 'cancelled clone'] as const)
  test(`one truth: a job waits for a database that is away longer than its attempts, and says which (${doing})`, async () => {
    const resource = await samplePlan(two)
    const before = await totals(two)
    const isCancelled = doing === 'cancelled clone'
    let refusals = 0
    let isAway = false
    let isBack = false
    // From the first that the job does there.
    const asked = <T>(go: () => Promise<T>, begins: boolean): Promise<T> => {
      isAway = (isAway || begins) && !isBack
      if (!isAway) return go()
      refusals += 1
      const facts = { osCode: 'ECONNREFUSED' }
      throw new PieceworkError('database', 'Nothing listens.', { retryable: true, facts })
    }
    const coming: Database = {
      query: async (sql, values) =>
        asked(() => geo.query(sql, values), sql.includes('INSERT INTO piecework.attempts')),
      transaction: async (...work) => asked(() => geo.transaction(...work), doing === 'export'),
    }
    const use = async (piecework: Piecework): Promise<void> => {
      const job = await piecework[isCancelled ? 'clone' : doing]({ resource, principal })
      const told = async () => {
        const { nodes } = await piecework.job(job.id, { principal })
        return nodes.find(({ piece, status }) => piece === 'plan/shapes' && status !== 'done')?.error?.message
      }
      for (; refusals < 5 || !(await told()); await sleep(5));
      assert.match((await told()) ?? '', /Database "geo": Nothing listens/)
      assert.equal((await piecework.job(job.id, { principal })).job.status, 'running')
      if (isCancelled) {
        await piecework.cancel(job.id, { principal })
        const asked = refusals
        for (; refusals < asked + 3; await sleep(5));
        const { status } = (await piecework.job(job.id, { principal })).job
        assert.ok(status === 'running' || status === 'ending', `it is ${status}`)
      }
      isBack = true
      const { job: ended } = await job.ended()
      assert.equal(ended.status, isCancelled ? 'cancelled' : 'succeeded', ended.error?.message)
      const { nodes } = await piecework.job(job.id, { principal })
      assert.deepEqual(
        nodes.filter(({ status, error }) => status === 'done' && error),
        [],
        'an error that has been made good stays',
      )
      if (isCancelled) assert.deepEqual(await totals(two), before)
    }
    await running([goals, shapes], use, coming)
  })

test('one truth: what reads a foreign table waits for its server, longer than its attempts are', async () => {
  const resource = await samplePlan(two)
  const port = await foreignServer(main, 'geo', scratches[1])
  await main.query("ALTER SERVER geo OPTIONS (SET port '1')")
  await main.query('CREATE FOREIGN TABLE corners (shape_id uuid, n int) SERVER geo')
  let tries = 0
  const reading = last(async (tx) => {
    tries += 1
    await tx.query('SELECT FROM corners')
  })
  await running([goals, shapes, reading], async (piecework) => {
    const job = await piecework.clone({ resource, principal })
    const told = async () =>
      (await piecework.job(job.id, { principal })).nodes.find(({ piece }) => piece === 'plan/last')?.error
    for (; tries < 8 || !(await told()); await sleep(5));
    assert.match((await told())?.message ?? '', /server "geo"/)
    await main.query(`ALTER SERVER geo OPTIONS (SET port '${port}')`)
    const { job: ended } = await job.ended()
    assert.equal(ended.status, 'succeeded', ended.error?.message)
  })
})

const note = '/goals/{}'
/** In the second database; its rows lead to those of a foreign table in each way that there is. */
const marks = tablePiece({
  name: 'plan/marks',
  of: 'plan',
  version: 1,
  database: 'geo',
  after: ['plan/goals'],
  tables: [
    {
      table: 'marks',
      owner: 'plan_id',
      order: ['id'],
      references: { goal_id: 'goals', goal_ids: 'goals' },
      json: { doc: [{ path: 'goal', table: 'goals' }] },
      text: { note: [{ pattern: note, table: 'goals' }] },
    },
  ],
})

test('what leads to a foreign table, also inside values, leads to the rows that the other piece has made', async () => {
  await foreignServer(geo, 'store', scratches[0])
  await geo.query('CREATE FOREIGN TABLE goals (id uuid NOT NULL, plan_id uuid, label text) SERVER store')
  await geo.query(
    'CREATE TABLE marks (id uuid PRIMARY KEY, plan_id uuid NOT NULL, goal_id uuid, goal_ids uuid[], doc jsonb, note text)',
  )
  const resource = await samplePlan(two)
  const goalOf = async (id: string) =>
    (await main.query<{ id: string }>('SELECT id FROM goals WHERE plan_id = $1', [id])).rows[0]?.id ?? ''
  await geo.query(
    `INSERT INTO marks SELECT gen_random_uuid(), $1, $2, ARRAY[$2::uuid], jsonb_build_object('goal', $2::text), '/goals/' || $2::text`,
    [resource.id, await goalOf(resource.id)],
  )
  await running([goals, shapes, marks], async (piecework) => {
    const exported = await (await piecework.export({ resource, principal })).ended()
    const { archive } = exported.job.result
    assert.ok(archive, exported.job.error?.message)
    const imported = await (await piecework.import({ archive, principal })).ended()
    const cloned = await (await piecework.clone({ resource, principal })).ended()
    for (const report of [imported, cloned]) {
      const id = targetOf(report)
      const goal = await goalOf(id)
      assert.ok(goal !== '' && goal !== (await goalOf(resource.id)))
      const { rows } = await geo.query(
        `SELECT goal_id, goal_ids::text AS goal_ids, doc, note FROM marks WHERE plan_id = $1`,
        [id],
      )
      assert.deepEqual(rows, [
        { goal_id: goal, goal_ids: `{${goal}}`, doc: { goal }, note: note.replace('{}', goal) },
      ])
    }
  })
})

test('coverage: each database is checked with the pieces of all', async () => {
  const all = [goals, shapes, marks]
  const codesOf = async (pieces: readonly Piece[]) =>
    (await checkTables(geo, pieces, { database: 'geo' })).map(({ piece, code }) => [piece, code])
  assert.deepEqual(await codesOf(all), [])
  // The column, the array, the document and the text.
  const uncarried = Array.from({ length: 4 }, () => ['plan/marks', 'tables/reference-uncarried'])
  assert.deepEqual(await codesOf([shapes, marks]), uncarried)
  assert.deepEqual(await checkTables(main, all), [])
  assert.deepEqual(await checkTables(main, all, { databases: { geo } }), [])
  const map = { query: geo.query.bind(geo), transaction: geo.transaction.bind(geo) }
  assert.match(
    await refused(checkTables(main, all, { databases: { map } }), 'options-invalid'),
    /piece "plan\/shapes" has its rows in "geo", which is none of "databases"/,
  )
  const away: Database = {
    query: async () => {
      throw new PieceworkError('database', 'It is away.', { retryable: true })
    },
    transaction: async () => assert.fail('begun'),
  }
  const message = await refused(checkTables(main, all, { databases: { geo: away } }), 'database')
  assert.equal(message, 'Database "geo": It is away.')
  const early = { ...marks, after: [] }
  assert.match(
    await refused(checkTables(geo, [goals, shapes, early], { database: 'geo' }), 'registry-invalid'),
    /"goals", which "plan\/goals" may fill later/,
  )
  const elsewhere = /none of the pieces has its rows in the store's database, they are in "geo"/
  assert.match(await refused(checkTables(geo, [shapes, marks]), 'options-invalid'), elsewhere)
  const schema = 'public'
  assert.match(await refused(assertSchemaCovered(geo, [shapes], { schema }), 'options-invalid'), elsewhere)
  const ignored = ['plans', 'spatial_ref_sys']
  await assertSchemaCovered(geo, all, { schema, ignored, database: 'geo' })
  assert.match(
    await refused(
      assertSchemaCovered(geo, [goals, shapes], { schema, ignored, database: 'geo' }),
      'registry-invalid',
    ),
    /table "marks" is claimed by no piece/,
  )
  const carried = tablePiece({ ...spec('plan/carried', 'goals', 'label'), database: 'geo' })
  assert.match(
    await refused(checkTables(geo, [carried], { database: 'geo' }), 'registry-invalid'),
    /"goals" is a foreign table here, and no piece writes through one/,
  )
})

test('ids of the other database that stand undeclared inside values are told where all databases are given', async () => {
  // A foreign table of that name is not needed.
  await geo.query('CREATE TABLE remarks (id uuid PRIMARY KEY, plan_id uuid NOT NULL, doc jsonb, note text)')
  const resource = await samplePlan(two)
  const { rows } = await main.query<{ id: string }>('SELECT id FROM goals WHERE plan_id = $1', [resource.id])
  await geo.query('INSERT INTO remarks VALUES (gen_random_uuid(), $1, $2, $3)', [
    resource.id,
    JSON.stringify({ about: rows[0]?.id }),
    `see ${rows[0]?.id}`,
  ])
  const remarks = tablePiece({ ...spec('plan/remarks', 'remarks', 'id'), database: 'geo' })
  const found = await checkTables(main, [goals, remarks], { databases: { geo } })
  assert.deepEqual(
    found.map(({ piece, code, column }) => [piece, code, column]),
    ['doc', 'note'].map((column) => ['plan/remarks', 'tables/ids-in-values', column]),
  )
  assert.match(found[0]?.hint ?? '', /json: \{ doc: \[\{ path: 'about', table: 'goals' \}\] \}/)
})

test('what is not carried is refused by name', async () => {
  const resource = await samplePlan(two)
  const nowhere = tablePiece({ ...spec('plan/shapes', 'shapes', 'code'), database: 'map' })
  assert.throws(
    () => pieceworkOf([nowhere]),
    /"plan\/shapes" has its rows in the database "map", which is none of those that the store was given: geo/,
  )
  const own = tablePiece({ ...spec('plan/extent', 'plans', 'id', 'id'), database: 'geo' })
  await running([own], async (piecework) => {
    const { job } = await (await piecework.export({ resource, principal })).ended()
    assert.match(job.error?.message ?? '', /"plans" has the resources' own rows/)
  })
  await running([goals, shapes], async (piecework) => {
    assert.match(
      await refused(piecework.diff({ resource, principal }, { resource, principal }), 'unsupported'),
      /plan\/shapes .* "geo"/,
    )
    assert.match(
      await refused(piecework.export({ resource, principal, claim: false }), 'unsupported'),
      /plan\/shapes \("geo"\) cannot be read at one moment/,
    )
  })
  assert.throws(() => pieceworkOf([{ ...goals, database: 'geo' }]), /write database into what tablePiece/)
})

function spec(name: string, table: string, order: string, owner = 'plan_id') {
  return { name, of: 'plan', version: 1, tables: [{ table, owner, order: [order] }] }
}

test.run()
