import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { isPieceworkError } from '@piecework/core'
import type {
  Database,
  ErrorCode,
  Lease,
  NewJob,
  NodeResult,
  Store,
  Transaction,
} from '@piecework/core/store'
import { PieceworkError } from '@piecework/core/store'
import { fromPg, postgresStore } from '@piecework/postgres'
import { needsServer, type ScratchDatabase, scratchDatabase } from '@piecework/test-support'
import pg from 'pg'
import { suite } from 'uvu'
import { Life, livedThrough } from './dying.js'

const test = needsServer(suite('a node that writes in another database'))

const leaseMs = 40
let scratches: readonly ScratchDatabase[]
let pools: readonly pg.Pool[]
let main: Database
let geo: Database
let geoPool: pg.Pool

test.before(async () => {
  scratches = await Promise.all([scratchDatabase(), scratchDatabase()])
  pools = scratches.map(({ url }) => new pg.Pool({ connectionString: url, max: 6 }))
  for (const pool of pools) pool.on('error', () => {})
  const [first, second] = pools
  main = fromPg(first ?? assert.fail())
  geoPool = second ?? assert.fail()
  geo = fromPg(geoPool)
  await postgresStore({ database: main, databases: { geo } }).migrate()
  await geoPool.query('CREATE TABLE shapes (job text NOT NULL, writer text NOT NULL)')
})
test.after(async () => {
  for (const pool of pools) await pool.end()
  for (const scratch of scratches) await scratch.drop()
})

const storeOf = (life = new Life(), wait = leaseMs): Store =>
  postgresStore({
    database: livedThrough(main, life),
    databases: { geo: livedThrough(geo, life) },
    leaseMs: wait,
  })

function geoJob(): NewJob {
  const resource = { kind: 'project', id: randomUUID() }
  return {
    id: randomUUID(),
    kind: 'clone',
    tree: { ...resource, children: [] },
    principal: { id: 'someone' },
    request: { options: {} },
    batches: 1,
    nodes: [
      { id: 'a', task: 'clone', batch: 0, resource, piece: 'sample/a', database: 'geo' },
      { id: 'finish', task: 'finish', batch: 1 },
    ],
    claims: [`project:${resource.id}`],
  }
}

const begin = async (store: Store, job: string, node = 'a', attempt = 1): Promise<Lease | undefined> =>
  store.attempts.begin({ job, node, attempt }, 'worker')

async function begun(store: Store, job: string, node = 'a', attempt = 1): Promise<Lease> {
  for (let tries = 0; tries < 100; tries++) {
    const lease = await begin(store, job, node, attempt)
    if (lease) return lease
    await sleep(leaseMs / 4)
  }
  return assert.fail(`${node} does not begin`)
}

const writes =
  (lease: Lease, writer = `fence ${lease.fence}`, store?: Store) =>
  async (tx: Transaction): Promise<NodeResult> => {
    await tx.query('INSERT INTO shapes VALUES ($1, $2)', [lease.job.id, writer])
    await store?.summaries.add(lease, 'as it was', tx)
    await store?.keys.add(lease, 't', [{ oldFrom: 1n, newFrom: BigInt(lease.fence), length: 2 }], tx)
    for (const value of ['x', 'y'])
      await store?.replacedValues.add(lease, [{ table: 't', column: 'c', value, replacement: null }], tx)
    return { counts: { rows: 1 } }
  }

const writers = async (job: string): Promise<readonly string[]> =>
  (await geoPool.query('SELECT writer FROM shapes WHERE job = $1', [job])).rows.map(({ writer }) => writer)

const kept = async (job: string): Promise<number> =>
  (await geoPool.query('SELECT FROM piecework.attempts WHERE job_id = $1', [job])).rowCount ?? 0

async function refused(work: Promise<unknown>, code: ErrorCode): Promise<PieceworkError> {
  try {
    await work
  } catch (error) {
    if (isPieceworkError(error, code)) return error
    throw error
  }
  return assert.fail(`no ${code}`)
}

/** Of the attempt that has written, also here. */
async function assertRanges(store: Store, job: string, fence: number): Promise<void> {
  const ranges = [{ oldFrom: 1n, newFrom: BigInt(fence), length: 2 }]
  for (const tx of [undefined, geo])
    assert.deepEqual(await store.keys.ranges(job, 't', { limit: 9 }, tx), ranges)
}

test('exactly once: rows are in the other database, and the store has the result, the summary, replaced values and numbers', async () => {
  const store = storeOf()
  const { id } = await store.jobs.create(geoJob())
  const lease = await begun(store, id)
  const job = await store.attempts.run(lease, writes(lease, 'once', store))
  assert.equal(job.batch, 1)
  assert.deepEqual(await writers(id), ['once'])
  assert.deepEqual((await store.reports.node(id, 'a'))?.counts, { rows: 1 })
  assert.equal(await store.summaries.get(id, 'a'), 'as it was')
  await assertRanges(store, id, 1)
  const first = await store.replacedValues.page(id)
  const second = await store.replacedValues.page(id, first?.id)
  assert.deepEqual(
    [first, second].map((page) => page?.values[0]?.value),
    ['x', 'y'],
  )
})

/** Works on one node through two workers that may die, and a third one. */
async function survived(first: Life, second: Life): Promise<void> {
  const healthy = storeOf(undefined, 1)
  const { id } = await healthy.jobs.create(geoJob())
  for (const life of [first, second]) {
    const store = storeOf(life, 1)
    const work = async (): Promise<void> => {
      const lease = await begin(store, id)
      if (lease) await store.attempts.run(lease, writes(lease, undefined, store))
    }
    await work().catch((error: unknown) => assert.ok(life.isOver, String(error)))
    await sleep(2)
  }
  if ((await healthy.reports.node(id, 'a'))?.status !== 'done') {
    const lease = await begun(healthy, id)
    await healthy.attempts.run(lease, writes(lease, undefined, healthy))
  }
  const [writer = '', ...others] = await writers(id)
  assert.deepEqual(others, [])
  await assertRanges(healthy, id, Number(writer.replace('fence ', '')))
  assert.deepEqual((await healthy.reports.node(id, 'a'))?.counts, { rows: 1 })
  assert.equal(await healthy.summaries.get(id, 'a'), 'as it was')
  const page = await healthy.replacedValues.page(id)
  const next = await healthy.replacedValues.page(id, page?.id)
  assert.deepEqual(
    [page, next].map((one) => one?.values[0]?.value),
    ['x', 'y'],
  )
  assert.equal(await healthy.replacedValues.page(id, next?.id), undefined)
}

/** Does it for a death at each step, side by side; resolves to how many there are. */
async function atEachStep(lives: (mortal: Life) => readonly [Life, Life]): Promise<number> {
  const most = 160
  const dying = Array.from({ length: most }, (_, steps) => new Life(steps))
  await Promise.all(dying.map((mortal) => survived(...lives(mortal))))
  const steps = dying.filter(({ isOver }) => isOver).length
  assert.ok(steps < most, 'there are more steps')
  return steps
}

test('exactly once: a worker that dies at any step of the hand-over', async () => {
  const steps = await atEachStep((mortal) => [mortal, new Life()])
  assert.ok(steps > 20, `${steps} steps`)
})

for (const [where, died] of Object.entries({ 'amid its work': 14, 'behind its commit': 28 }))
  test(`exactly once: a worker that dies at any step of taking over from one that died ${where}`, async () => {
    const steps = await atEachStep((mortal) => [new Life(died), mortal])
    assert.ok(steps > 5, `${steps} steps`)
  })

test('exactly once: what was committed there and not told is told by the next attempt, which does not work again', async () => {
  const store = storeOf()
  const { id } = await store.jobs.create(geoJob())
  const lease = await begun(store, id)
  const deaf = postgresStore({
    database: main,
    databases: { geo },
    control: { query: main.query.bind(main), transaction: async () => assert.fail('deaf') },
  })
  await assert.rejects(deaf.attempts.run(lease, writes(lease, 'the first')), /deaf/)
  assert.deepEqual(await writers(id), ['the first'])
  assert.equal((await store.reports.node(id, 'a'))?.status, 'running')
  const next = await begun(store, id)
  assert.equal(next.fence, 2)
  await store.attempts.run(next, async () => assert.fail('it works again'))
  assert.equal((await store.reports.node(id, 'a'))?.status, 'done')
})

test('exactly once: a worker that wakes after another one has taken over commits in neither database', async () => {
  const [slow, other] = [storeOf(), storeOf(undefined, 60_000)]
  const { id } = await slow.jobs.create(geoJob())
  const lease = await begun(slow, id)
  let wake = (): void => {}
  const asleep = new Promise<void>((resolve) => {
    wake = resolve
  })
  const ran = slow.attempts.run(lease, async (tx) => {
    const result = await writes(lease, 'the sleeper')(tx)
    await asleep
    return result
  })
  const lost = refused(ran, 'lease-lost')
  const next = await begun(other, id)
  const open = await geoPool.query(
    `SELECT FROM pg_locks WHERE relation = 'shapes'::regclass AND pid <> pg_backend_pid()`,
  )
  assert.equal(open.rowCount, 0, 'the sleeper still holds its row')
  wake()
  await lost
  // One that has not begun there yet, too.
  await refused(slow.attempts.run(lease, writes(lease, 'late')), 'lease-lost')
  await other.attempts.run(next, writes(next, 'the next'))
  await refused(slow.attempts.run(lease, writes(lease, 'later')), 'lease-lost')
  assert.deepEqual(await writers(id), ['the next'])
})

test('exactly once: nothing of an attempt that has failed commits afterwards', async () => {
  const store = storeOf(undefined, 60_000)
  const { id } = await store.jobs.create(geoJob())
  const lease = await begun(store, id)
  await store.attempts.fail(lease, { code: 'internal', message: 'no', retryable: true }, [], 0)
  await refused(store.attempts.run(lease, writes(lease, 'late')), 'lease-lost')
  const next = await begun(store, id, 'a', 2)
  await store.attempts.run(next, writes(next, 'the next'))
  assert.deepEqual(await writers(id), ['the next'])
})

test('exactly once: a fence that is ahead of the store does not stop the next attempt', async () => {
  const store = storeOf()
  const { id } = await store.jobs.create(geoJob())
  const lease = await begun(store, id)
  // A worker has raised it, and died before it took over.
  await geoPool.query('INSERT INTO piecework.attempts (job_id, node_id, fence) VALUES ($1, $2, 2)', [id, 'a'])
  await refused(store.attempts.run(lease, writes(lease)), 'lease-lost')
  const next = await begun(store, id)
  await store.attempts.run(next, writes(next, 'the next'))
  assert.deepEqual(await writers(id), ['the next'])
})

test('exactly once: a fence that is behind the store lets no attempt in that has lost its lease', async () => {
  const [slow, other] = [storeOf(), storeOf(undefined, 60_000)]
  const { id } = await slow.jobs.create(geoJob())
  const lease = await begun(slow, id)
  const next = await begun(other, id)
  // Restored as it was before the take-over.
  const back = await geoPool.query('UPDATE piecework.attempts SET fence = 1 WHERE job_id = $1', [id])
  assert.equal(back.rowCount, 1)
  await refused(slow.attempts.run(lease, writes(lease, 'late')), 'lease-lost')
  await other.attempts.run(next, writes(next, 'the next'))
  assert.deepEqual(await writers(id), ['the next'])
})

test('one truth: a database that is away keeps the node waiting, and is asked again', async () => {
  let isAway = false
  const away = (): void => {
    if (isAway) throw new PieceworkError('database', 'It is away.', { retryable: true })
  }
  const coming: Database = {
    query: async (...asked) => {
      away()
      return geo.query(...asked)
    },
    transaction: async (...asked) => {
      away()
      return geo.transaction(...asked)
    },
  }
  const store = postgresStore({ database: main, databases: { geo: coming }, leaseMs: 60_000 })
  const { id } = await store.jobs.create(geoJob())
  for (const [crashes, next] of [[0, { givenBackForMs: 0, told: true }] as const, [1, 0] as const]) {
    const lease = await begun(store, id)
    isAway = true
    assert.equal((await refused(store.attempts.run(lease, writes(lease)), 'database')).retryable, true)
    const error = { code: 'database', message: `away ${crashes}`, retryable: true } as const
    await refused(store.attempts.fail(lease, error, [], next), 'database')
    // The lease has lapsed, and nobody can take it over.
    const waiting = await refused(begin(store, id), 'database')
    assert.match(waiting.message, new RegExp(`^Step "a" of job ${id} waits for .+ It is away\\.$`))
    const node = await store.reports.node(id, 'a')
    assert.equal(node?.status, 'running')
    assert.deepEqual(node.error, error)
    isAway = false
    const taken = await begun(store, id)
    assert.equal((await store.reports.node(id, 'a'))?.error, undefined)
    // Only what had a connection may be what the server died of.
    assert.equal(taken.crashes, crashes)
    await refused(store.attempts.fail(lease, error, [], 0), 'lease-lost')
    await store.attempts.fail(taken, error, [], { givenBackForMs: 0 })
  }
  const next = await begun(store, id)
  await store.attempts.run(next, writes(next, 'back'))
  assert.deepEqual(await writers(id), ['back'])
})

test('exactly once: a worker that comes late to a lapsed lease ends nothing of the one that has taken it over', async () => {
  const places: Record<string, readonly [RegExp, RegExp]> = {
    'it has seen that the lease has lapsed': [/SELECT n\.database/, /^never/],
    'it has read the fence': [/^never/, /^BEGIN/],
    'it is about to end what works there': [/^never/, /pg_try_advisory/],
  }
  for (const [place, [inMain, inGeo]] of Object.entries(places)) {
    const { id } = await storeOf().jobs.create(geoJob())
    await begun(storeOf(undefined, 1), id)
    await sleep(5)
    const first = storeOf(undefined, 60_000)
    const works = signalled()
    const goesOn = signalled()
    let taken: Promise<unknown> | undefined
    const takesOver = async (): Promise<void> => {
      const lease = await begun(first, id)
      taken = first.attempts.run(lease, async (tx) => {
        works.done()
        await goesOn.isDone
        return writes(lease, 'the first')(tx)
      })
      await Promise.race([works.isDone, taken])
    }
    let isMet = false
    const standing = (at: RegExp) => ({
      step: async (sql = '') => {
        if (isMet || !at.test(sql)) return
        isMet = true
        await takesOver()
      },
    })
    const late = postgresStore({
      database: livedThrough(main, standing(inMain)),
      databases: { geo: livedThrough(geo, standing(inGeo)) },
      leaseMs,
    })
    assert.equal(await begin(late, id), undefined, place)
    assert.ok(isMet, place)
    goesOn.done()
    await taken
    assert.deepEqual(await writers(id), ['the first'], place)
    assert.equal((await first.reports.node(id, 'a'))?.status, 'done', place)
  }
})

/** Something that happens once. */
function signalled(): { readonly isDone: Promise<void>; done(): void } {
  let done = (): void => {}
  const isDone = new Promise<void>((resolve) => {
    done = resolve
  })
  return { isDone, done: () => done() }
}

test('the last step works there once, and what is kept of the job goes with its end', async () => {
  const store = storeOf(undefined, 60_000)
  const { id } = await store.jobs.create(geoJob())
  const lease = await begun(store, id)
  await store.attempts.run(lease, writes(lease))
  const last = await begun(store, id, 'finish')
  const finding = { severity: 'warning', code: 'test/left', message: 'Left.', piece: '' } as const
  const removed = () =>
    store.attempts.runIn('geo', last, async (tx) => {
      await tx.query('DELETE FROM shapes WHERE job = $1', [id])
      return [finding]
    })
  assert.deepEqual(await removed(), [finding])
  const again = await store.attempts.runIn('geo', last, async () => assert.fail('it is removed again'))
  assert.deepEqual(again, [finding])
  assert.equal(await kept(id), 2)
  await store.attempts.run(last, async () => ({}))
  assert.equal(await kept(id), 0)
  // Nothing is known there any more, and the store says that it is over.
  await refused(store.attempts.run(lease, writes(lease, 'late')), 'lease-lost')
  await refused(removed(), 'lease-lost')
  assert.deepEqual(await writers(id), [])
})

test('a process without the database leaves the node to others', async () => {
  const lacking = postgresStore({ database: main, leaseMs })
  const { id } = await lacking.jobs.create(geoJob())
  await begun(lacking, id)
  await sleep(leaseMs * 2)
  assert.equal(await begin(lacking, id), undefined)
  const lease = await begun(storeOf(), id)
  assert.equal(lease.fence, 2)
})

test('a database that holds a store is refused', async () => {
  const error = await refused(
    postgresStore({ database: main, databases: { geo: main } }).migrate(),
    'options-invalid',
  )
  assert.match(error.message, /database "geo" holds the tables of a store/)
  const swapped = await refused(postgresStore({ database: geo }).migrate(), 'options-invalid')
  assert.match(swapped.message, /rows of pieces whose store is in another one/)
})

test.run()
