import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import {
  createPiecework,
  isPieceworkError,
  type JobReport,
  memoryArtifacts,
  type Piecework,
  type ResourceKind,
} from '@piecework/core'
import type { Piece, Transaction } from '@piecework/core/piece'
import type { Database, ErrorCode } from '@piecework/core/store'
import { fromPg, postgresStore, tablePiece } from '@piecework/postgres'
import { inProcess } from '@piecework/runtime-inprocess'
import { needsServer, type ScratchDatabase, scratchDatabase } from '@piecework/test-support'
import pg from 'pg'
import { suite } from 'uvu'

const test = needsServer(suite('resources whose rows are in two databases'))
const principal = { id: 'ann' }

let scratches: readonly ScratchDatabase[]
let pools: readonly pg.Pool[]
let main: Database
let geo: Database

test.before(async () => {
  scratches = await Promise.all([scratchDatabase(), scratchDatabase()])
  pools = scratches.map(({ url }) => new pg.Pool({ connectionString: url, max: 6 }))
  for (const pool of pools) pool.on('error', () => {})
  const [first, second] = pools.map((pool) => fromPg(pool))
  main = first ?? assert.fail()
  geo = second ?? assert.fail()
  await postgresStore({ database: main, databases: { geo } }).migrate()
  await main.transaction(async (tx) => {
    await tx.query('CREATE TABLE plans (id uuid PRIMARY KEY, name text NOT NULL, ready boolean NOT NULL)')
    await tx.query(
      'CREATE TABLE goals (id uuid PRIMARY KEY, plan_id uuid NOT NULL REFERENCES plans, label text NOT NULL)',
    )
    await tx.query('CREATE TABLE numbers (id serial PRIMARY KEY, plan_id uuid NOT NULL REFERENCES plans)')
  })
  await geo.transaction(async (tx) => {
    await tx.query('CREATE TABLE plans (id uuid PRIMARY KEY, extent text)')
    await tx.query(
      'CREATE TABLE shapes (id uuid PRIMARY KEY, plan_id uuid NOT NULL, code text NOT NULL UNIQUE)',
    )
    await tx.query(
      'CREATE TABLE corners (shape_id uuid NOT NULL REFERENCES shapes, n int, PRIMARY KEY (shape_id, n))',
    )
    await tx.query('CREATE TABLE counted (id serial PRIMARY KEY, plan_id uuid NOT NULL)')
  })
})
test.after(async () => {
  for (const pool of pools) await pool.end()
  for (const scratch of scratches) await scratch.drop()
})

const plan: ResourceKind = {
  kind: 'plan',
  table: 'plans',
  describe: async ({ id }, db) =>
    (await db.query<{ name: string }>('SELECT name FROM plans WHERE id = $1 AND ready', [id])).rows[0],
  shell: {
    create: async ({ ref, name }, tx) =>
      void (await tx.query('INSERT INTO plans VALUES ($1, $2, false) ON CONFLICT DO NOTHING', [
        ref.id,
        name ?? '',
      ])),
    ready: async ({ id }, tx) => void (await tx.query('UPDATE plans SET ready = true WHERE id = $1', [id])),
    remove: async ({ id }, tx) => void (await tx.query('DELETE FROM plans WHERE id = $1', [id])),
  },
}
const goals = tablePiece({
  name: 'plan/goals',
  of: 'plan',
  version: 1,
  tables: [{ table: 'goals', owner: 'plan_id', order: ['label'] }],
})
const shapes = tablePiece({
  name: 'plan/shapes',
  of: 'plan',
  version: 1,
  after: ['plan/goals'],
  database: 'geo',
  tables: [
    { table: 'shapes', owner: 'plan_id', order: ['code'], unique: { code: 'suffix' } },
    { table: 'corners', owner: 'shape_id.plan_id', order: ['n'], references: { shape_id: 'shapes' } },
  ],
})

/** Runs behind all others, in the store's database. */
const last = (work: (tx: Transaction) => Promise<void>): Piece => ({
  contract: 1,
  name: 'plan/last',
  of: 'plan',
  version: 1,
  after: ['plan/shapes'],
  exporter: { export: async () => ({ rows: 0 }) },
  importer: { import: async ({ tx }) => work(tx).then(() => ({ rows: 0 })) },
  cloner: { clone: async ({ tx }) => work(tx).then(() => ({ rows: 0 })) },
})

const pieceworkOf = (pieces: readonly Piece[]): Piecework =>
  createPiecework({
    packs: [{ name: 'plan', kinds: [plan], pieces }],
    store: postgresStore({ database: main, databases: { geo } }),
    artifacts: memoryArtifacts(),
    runtime: inProcess(),
    backoffMs: 1,
  })

async function running<T>(pieces: readonly Piece[], use: (piecework: Piecework) => Promise<T>): Promise<T> {
  const piecework = pieceworkOf(pieces)
  await piecework.start()
  try {
    return await use(piecework)
  } finally {
    await piecework.stop()
  }
}

async function samplePlan(): Promise<{ readonly kind: 'plan'; readonly id: string }> {
  const id = randomUUID()
  const shape = randomUUID()
  await main.query('INSERT INTO plans VALUES ($1, $2, true)', [id, 'a plan'])
  await main.query('INSERT INTO goals VALUES ($1, $2, $3)', [randomUUID(), id, 'a goal'])
  await geo.query('INSERT INTO shapes VALUES ($1, $2, $3)', [shape, id, `code of ${id}`])
  await geo.query('INSERT INTO corners SELECT $1, n FROM generate_series(1, 3) AS n', [shape])
  return { kind: 'plan', id }
}

const rowsOf = async (id: string) => {
  const count = async (db: Database, sql: string) =>
    Number((await db.query<{ n: string }>(sql, [id])).rows[0]?.n)
  return {
    plans: await count(main, 'SELECT count(*)::text AS n FROM plans WHERE id = $1 AND ready'),
    goals: await count(main, 'SELECT count(*)::text AS n FROM goals WHERE plan_id = $1'),
    shapes: await count(geo, 'SELECT count(*)::text AS n FROM shapes WHERE plan_id = $1'),
    corners: await count(
      geo,
      'SELECT count(*)::text AS n FROM corners c JOIN shapes s ON s.id = c.shape_id WHERE s.plan_id = $1',
    ),
  }
}
const whole = { plans: 1, goals: 1, shapes: 1, corners: 3 }

/** In both databases, of everything. */
async function totals() {
  const count = async (db: Database, table: string) =>
    Number((await db.query<{ n: string }>(`SELECT count(*)::text AS n FROM ${table}`)).rows[0]?.n)
  return [
    await count(main, 'plans'),
    await count(main, 'goals'),
    await count(geo, 'shapes'),
    await count(geo, 'corners'),
    await count(geo, 'piecework.attempts'),
    await count(geo, 'piecework.summaries'),
    await count(geo, 'piecework.replaced_values'),
  ]
}

const targetOf = ({ job: { status, error, target } }: JobReport): string => {
  assert.equal(status, 'succeeded', error?.message)
  return target?.id ?? assert.fail('no target')
}

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
  const resource = await samplePlan()
  await running([goals, shapes], async (piecework) => {
    const { job: exported } = await (await piecework.export({ resource, principal })).ended()
    assert.equal(exported.status, 'succeeded', exported.error?.message)
    const { archive } = exported.result
    assert.ok(archive)
    const imported = await (await piecework.import({ archive, principal })).ended()
    assert.deepEqual(await rowsOf(targetOf(imported)), whole)
    const replaced = []
    for await (const one of piecework.replacedValues(imported.job.id, { principal })) replaced.push(one)
    assert.deepEqual(
      replaced.map(({ table, value }) => [table, value]),
      [['shapes', `code of ${resource.id}`]],
    )
    const cloned = await (await piecework.clone({ resource, principal })).ended()
    assert.deepEqual(await rowsOf(targetOf(cloned)), whole)
  })
  assert.deepEqual((await totals()).slice(4), [0, 0, 0])
})

test('nothing half-made: a failure leaves nothing in either', async () => {
  const resource = await samplePlan()
  const before = await totals()
  const failing = last(async () => assert.fail('not this one'))
  await running([goals, shapes, failing], async (piecework) => {
    const { job } = await (await piecework.clone({ resource, principal })).ended()
    assert.equal(job.status, 'failed')
  })
  assert.deepEqual(await totals(), before)
})

test('nothing half-made: a cancel leaves nothing in either', async () => {
  const resource = await samplePlan()
  const before = await totals()
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
  assert.deepEqual(await totals(), before)
})

test('what is not carried is refused by name', async () => {
  const resource = await samplePlan()
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
  const numbers = tablePiece(spec('plan/numbers', 'numbers', 'id'))
  const counted = tablePiece({ ...spec('plan/counted', 'counted', 'id'), database: 'geo' })
  for (const pieces of [[numbers, shapes, goals], [counted]])
    await running(pieces, async (piecework) => {
      const message = await refused(piecework.clone({ resource, principal }), 'unsupported')
      assert.match(message, /numbers of sequences/)
    })
  await running([goals, shapes], async (piecework) => {
    assert.match(
      await refused(piecework.diff({ resource, principal }, { resource, principal }), 'unsupported'),
      /plan\/shapes .* "geo"/,
    )
    assert.match(
      await refused(piecework.export({ resource, principal, claim: false }), 'unsupported'),
      /one moment/,
    )
  })
  assert.throws(() => pieceworkOf([{ ...goals, database: 'geo' }]), /write database into what tablePiece/)
})

function spec(name: string, table: string, order: string, owner = 'plan_id') {
  return { name, of: 'plan', version: 1, tables: [{ table, owner, order: [order] }] }
}

test.run()
