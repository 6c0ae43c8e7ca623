import assert from 'node:assert/strict'
import { setTimeout as sleep } from 'node:timers/promises'
import { isPieceworkError, type Job } from '@piecework/core'
import type { Lease, NewJob, Store } from '@piecework/core/store'
import { fromPg, postgresStore } from '@piecework/postgres'
import { needsServer, type ScratchDatabase, scratchDatabase, storeTemplate } from '@piecework/test-support'
import pg from 'pg'
import { suite } from 'uvu'
import { exportJob } from './sample.js'

const test = needsServer(suite('nodes that race'))

const error = { code: 'sample/broken', message: 'It broke.', retryable: true } as const
let scratch: ScratchDatabase
let pools: readonly pg.Pool[]
/** As in processes of their own: they share nothing but the server. */
let stores: readonly Store[]

test.before(async () => {
  scratch = await scratchDatabase({ template: storeTemplate })
  pools = sixPools()
  stores = withLeases(60_000)
})
test.after(async () => {
  await Promise.all(pools.map((pool) => pool.end()))
  await scratch.drop()
})

const poolAt = (at: number): pg.Pool => pools[at] ?? assert.fail('no such pool')
const storeAt = (at: number, all = stores): Store => all[at % all.length] ?? assert.fail('no such store')
const withLeases = (leaseMs: number, of = pools): readonly Store[] =>
  [0, 2, 4].map((at) => {
    const [data, control] = [of[at], of[at + 1]]
    assert.ok(data && control)
    return postgresStore({ database: fromPg(data), control: fromPg(control), leaseMs })
  })

function sixPools(): readonly pg.Pool[] {
  const made = Array.from({ length: 6 }, () => new pg.Pool({ connectionString: scratch.url, max: 4 }))
  for (const pool of made) pool.on('error', () => {})
  return made
}

const nodes = Array.from({ length: 24 }, (_, n) => `node ${n}`)

function jobOf(names = nodes): NewJob {
  const list = names.map((id) => ({ id, task: 'export' as const, batch: 0 }))
  return { ...exportJob(), nodes: [...list, { id: 'finish', task: 'finish', batch: 1 }] }
}

const begin = (store: Store, job: string, node: string, attempt = 1) =>
  store.attempts.begin({ job, node, attempt }, 'worker')

interface Begun {
  readonly store: Store
  readonly lease: Lease
}

/** The leases that a race gave out, each with the store that got it. */
async function begun(job: string, names: readonly string[], all = stores): Promise<readonly Begun[]> {
  const asked = all.flatMap((store) =>
    shuffled(names).map(async (node) => ({ store, lease: await begin(store, job, node) })),
  )
  return (await Promise.all(asked)).flatMap(({ store, lease }) => (lease ? [{ store, lease }] : []))
}

async function begunBy(at: number, job: string): Promise<Begun> {
  const lease = await begin(storeAt(at), job, nodes[at] ?? assert.fail())
  return { store: storeAt(at), lease: lease ?? assert.fail(`${nodes[at]} cannot be begun`) }
}

/** The same, each store one node after the other; `half` is called when half of it is done. */
async function begunInTurn(
  job: string,
  names: readonly string[],
  half: () => void,
): Promise<readonly Begun[]> {
  const leases: Begun[] = []
  const one = async (store: Store): Promise<void> => {
    for (const node of shuffled(names)) {
      const lease = await begin(store, job, node)
      if (lease) leases.push({ store, lease })
      if (leases.length === names.length >> 1) half()
    }
  }
  await Promise.all(stores.map(one))
  return leases
}

/** Ways in which an attempt may end. */
const ends: readonly ((store: Store, lease: Lease) => Promise<Job>)[] = [
  (store, lease) => store.attempts.run(lease, { counts: { rows: 1 } }),
  (store, lease) => store.attempts.run(lease, async () => ({ counts: { rows: 1 } })),
  (store, lease) => store.attempts.fail(lease, error, []),
  (store, lease) => store.attempts.fail(lease, error, [], 1),
  (store, lease) => store.attempts.fail(lease, error, [], { givenBackForMs: 0 }),
]

function shuffled<T>(items: readonly T[]): readonly T[] {
  return items
    .map((item) => ({ item, at: Math.random() }))
    .sort((a, b) => a.at - b.at)
    .map(({ item }) => item)
}

/** Every batch counts those of its nodes that have not ended. */
async function assertReconciled(job: string): Promise<void> {
  const { rows } = await poolAt(0).query<{ batch: number; remaining: number; open: number }>(
    `SELECT b.batch, b.remaining, count(n.id) FILTER (WHERE n.status IN ('waiting', 'running'))::int AS open
     FROM piecework.batches b JOIN piecework.nodes n ON n.job_id = b.job_id AND n.batch = b.batch
     WHERE b.job_id = $1 GROUP BY b.batch, b.remaining ORDER BY b.batch`,
    [job],
  )
  assert.ok(rows.length > 0)
  assert.deepEqual(
    rows.map(({ remaining }) => remaining),
    rows.map(({ open }) => open),
  )
}

/** Begins and ends the nodes that are left, as the sweep and the engine do; then the last step, once. */
async function liveOn(job: string): Promise<Job> {
  const store = storeAt(0)
  await assertReconciled(job)
  for (const { id, batch, status, attempt } of await store.reports.nodes(job)) {
    if (batch !== 0 || status !== 'waiting') continue
    const lease = await begin(store, job, id, attempt)
    assert.ok(lease, `${id} waits and cannot be begun`)
    await store.attempts.fail(lease, error, [])
  }
  await assertReconciled(job)
  const { rows } = await poolAt(0).query<{ batch: number }>(
    `SELECT (action ->> 'batch')::int AS batch FROM piecework.outbox
     WHERE action ->> 'job' = $1 AND action ->> 'type' = 'batch' ORDER BY id`,
    [job],
  )
  assert.deepEqual(
    rows.map(({ batch }) => batch),
    [0, 1],
  )
  const finish = await begin(store, job, 'finish')
  assert.ok(finish)
  const ended = await store.attempts.run(finish, async () => ({}))
  await assertReconciled(job)
  return ended
}

test('one truth: many begins against a cancel: no node is both skipped and begun, and the job ends', async () => {
  const seen = new Set<string>()
  for (let round = 0; round < 12; round++) {
    const { id } = await storeAt(0).jobs.create(jobOf())
    let cancelled: Promise<Job> | undefined
    const leases = await begunInTurn(id, nodes, () => {
      cancelled ??= storeAt(round).jobs.cancel(id)
    })
    await cancelled
    assert.equal(new Set(leases.map(({ lease }) => lease.node.id)).size, leases.length)
    await assertReconciled(id)
    const skipped = (await storeAt(1).reports.nodes(id)).filter(({ status }) => status === 'skipped')
    assert.equal(skipped.length + leases.length, nodes.length)
    if (leases.length > 0 && skipped.length > 0) seen.add('both')
    await Promise.all(leases.map(({ store, lease }) => store.attempts.run(lease, {})))
    assert.equal((await liveOn(id)).status, 'cancelled')
  }
  assert.ok(seen.has('both'), 'no cancel came between')
})

test('one truth: ends of all kinds against a cancel: each node is counted once, and the job ends', async () => {
  for (let round = 0; round < 12; round++) {
    const { id } = await storeAt(0).jobs.create(jobOf())
    const leases = await begun(id, nodes.slice(0, 18))
    const ending = shuffled(leases).map(({ store, lease }, at) => ends[at % ends.length]?.(store, lease))
    await Promise.all([...ending, sleep(round % 6).then(() => storeAt(round).jobs.cancel(id))])
    const { status, outcome } = await liveOn(id)
    assert.ok(status === 'cancelled' || status === 'failed')
    assert.equal(status, outcome)
  }
})

test('one truth: the last nodes of a batch end at the same time in three processes, and one step follows', async () => {
  for (let round = 0; round < 12; round++) {
    const { id } = await storeAt(0).jobs.create(jobOf(nodes.slice(0, 3)))
    const leases = await Promise.all(
      nodes.slice(0, 3).map(async (node, at) => ({ at, lease: await begin(storeAt(at), id, node) })),
    )
    await Promise.all(
      leases.map(({ at, lease }) => ends[(at + round) % 2]?.(storeAt(at), lease ?? assert.fail('no lease'))),
    )
    assert.equal((await liveOn(id)).status, 'succeeded')
  }
})

for (const settings of [
  '',
  'default_transaction_isolation=serializable',
  'default_transaction_read_only=on',
]) {
  const host = settings === '' ? 'a host that sets nothing' : `a host with ${settings}`
  test(`one truth: nodes begin and end side by side in three processes of ${host}, each once`, async () => {
    const set = settings === '' ? {} : { options: `-c ${settings} -c TimeZone=Asia/Tokyo` }
    const own = Array.from(
      { length: 6 },
      () => new pg.Pool({ connectionString: scratch.url, max: 4, ...set }),
    )
    try {
      const all = withLeases(60_000, own)
      const { id } = await storeAt(0, all).jobs.create(jobOf())
      const asked = Date.now()
      const jobs: Job[] = []
      const once = async (store: Store, node: string): Promise<void> => {
        await sleep(Math.random() * 30)
        const lease = await begin(store, id, node)
        if (!lease) return
        assert.equal(lease.job.status, 'running')
        assert.ok(Math.abs((lease.node.startedAt?.getTime() ?? 0) - asked) < 60_000)
        jobs.push(await store.attempts.run(lease, { counts: { rows: 1 } }))
      }
      await Promise.all(all.flatMap((store) => shuffled(nodes).map((node) => once(store, node))))
      assert.equal(jobs.length, nodes.length)
      assert.ok(jobs.some(({ outcome }) => outcome === 'succeeded'))
      assert.equal((await liveOn(id)).status, 'succeeded')
    } finally {
      await Promise.all(own.map((pool) => pool.end()))
    }
  })
}

test('exactly once: a worker that takes over against an end: one of them has the node, and it is counted once', async () => {
  const leaseMs = 40
  const short = withLeases(leaseMs)
  for (let round = 0; round < 8; round++) {
    const { id } = await storeAt(0).jobs.create(jobOf(nodes.slice(0, 8)))
    const old = await begun(id, nodes.slice(0, 8), short.slice(0, 1))
    assert.equal(old.length, 8)
    await sleep(leaseMs + 20)
    const ending = old.map(async ({ store, lease }, at) => {
      await sleep(3 * ((at + round) % 6))
      return (ends[(at + round) % 3] ?? assert.fail())(store, lease).then(
        () => 'ended' as const,
        (reason: unknown) => isPieceworkError(reason, 'lease-lost') || Promise.reject(reason),
      )
    })
    const taking = nodes.slice(0, 8).map((node) => begin(storeAt(1), id, node))
    const [outcomes, taken] = await Promise.all([Promise.all(ending), Promise.all(taking)])
    for (const [at, lease] of taken.entries()) {
      // Neither is no harm: who came to take over met the end under way.
      if (lease) assert.notEqual(outcomes[old.findIndex((one) => one.lease.node.id === nodes[at])], 'ended')
    }
    await assertReconciled(id)
    await Promise.all(taken.map((lease) => lease && storeAt(1).attempts.run(lease, {})))
    await assertReconciled(id)
    const left = (await storeAt(1).reports.nodes(id, { batch: 0 })).filter(
      ({ status }) => status === 'running',
    )
    assert.deepEqual(left, [])
    await liveOn(id)
  }
})

test('one truth: groups over several jobs, in any order, never wait for each other in a circle', async () => {
  const own = sixPools()
  const deadlocks = async (): Promise<string> => {
    const sql = 'SELECT deadlocks::text FROM pg_stat_database WHERE datname = current_database()'
    const { rows } = await poolAt(0).query<{ deadlocks: string }>(sql)
    return rows[0]?.deadlocks ?? assert.fail('no statistics')
  }
  const before = await deadlocks()
  const jobs = await Promise.all([1, 2, 3, 4].map(() => storeAt(0).jobs.create(jobOf())))
  const all = jobs.flatMap(({ id }) => nodes.map((node) => ({ id, node })))
  const work = withLeases(60_000, own).flatMap((store) =>
    shuffled(all).map(async ({ id, node }) => ({ store, lease: await begin(store, id, node) })),
  )
  const leases = (await Promise.all(work)).flatMap(({ store, lease }) => (lease ? [{ store, lease }] : []))
  assert.equal(leases.length, all.length)
  const beats = leases.map(({ store, lease }, done) => store.attempts.heartbeat(lease, { done }))
  const ending = shuffled(leases).map(({ store, lease }, at) => ends[at % 8 === 0 ? 1 : 0]?.(store, lease))
  await Promise.all([...ending, Promise.allSettled(beats)])
  // A backend tells what it has counted when it ends; a group that met a deadlock has been tried again.
  await Promise.all(own.map((pool) => pool.end()))
  assert.equal(await deadlocks(), before)
  for (const { id } of jobs) assert.equal((await liveOn(id)).status, 'succeeded')
})

/** What locks the job after the batch, and comes before the end of another node that has a finding. */
const beforeAnEnd: Readonly<Record<string, (begun: Begun, job: string) => Promise<Job>>> = {
  'an end with an error': ({ store, lease }) => store.attempts.fail(lease, error, []),
  'an end with a result': ({ store, lease }) =>
    store.attempts.run(lease, async () => ({ result: { retryUntil: new Date() } })),
  'a cancel': ({ store }, job) => store.jobs.cancel(job),
}

for (const [what, before] of Object.entries(beforeAnEnd)) {
  test(`one truth: an end with findings and ${what} never wait for each other in a circle`, async () => {
    const { id } = await storeAt(0).jobs.create(jobOf(nodes.slice(0, 3)))
    // Of two processes: ends of one wait for each other in its group, not in the database.
    const [one, other] = [await begunBy(0, id), await begunBy(1, id)]
    const found = { severity: 'warning', code: 'sample/found', piece: 'p', message: 'Found.' } as const
    const client = await poolAt(1).connect()
    const waiting = async (count: number) => {
      const sql = `SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`
      while (((await client.query(sql)).rowCount ?? 0) < count) {
        await sleep(5)
        // A transaction sees no connections that were opened since it first looked.
        await client.query('SELECT pg_stat_clear_snapshot()')
      }
    }
    try {
      await client.query('BEGIN')
      await client.query('SELECT FROM piecework.batches WHERE job_id = $1 FOR UPDATE', [id])
      const first = before(one, id)
      await waiting(1)
      const second = other.store.attempts.run(other.lease, async () => ({ findings: [found] }))
      await waiting(2)
      await client.query('COMMIT')
      await Promise.all([first, second])
    } finally {
      client.release()
    }
    await assertReconciled(id)
  })
}

test('one truth: one result that the database refuses harms no other of its group', async () => {
  const { id } = await storeAt(0).jobs.create(jobOf())
  const leases = await begun(id, nodes)
  const finding = { severity: 'error', code: 'sample/nul', piece: 'a', message: 'a\0b' } as const
  const outcomes = await Promise.allSettled(
    leases.map(({ lease }, at) => storeAt(0).attempts.run(lease, at === 5 ? { findings: [finding] } : {})),
  )
  assert.deepEqual(
    outcomes.flatMap(({ status }, at) => (status === 'rejected' ? [at] : [])),
    [5],
  )
  await assertReconciled(id)
  await storeAt(0).attempts.fail(leases[5]?.lease ?? assert.fail(), error, [])
  assert.equal((await liveOn(id)).status, 'failed')
})

test('exactly once: what was told to end before its turn in a group commits nothing', async () => {
  const { id } = await storeAt(0).jobs.create(jobOf())
  const [first, second] = await begun(id, nodes.slice(0, 2), stores.slice(0, 1))
  assert.ok(first && second)
  const controller = new AbortController()
  const { signal } = controller
  const running = [
    storeAt(0).attempts.run(first.lease, {}),
    storeAt(0).attempts.run(second.lease, {}, { signal }),
  ]
  controller.abort(new Error('enough'))
  const [done, told] = await Promise.allSettled(running)
  assert.equal(done?.status, 'fulfilled')
  assert.match(String(told?.status === 'rejected' && told.reason), /enough/)
  assert.equal((await storeAt(1).reports.node(id, second.lease.node.id))?.status, 'running')
})

test('one truth: a client that falls silent before the commit of an end is cut off, and holds nothing up', async () => {
  const { id } = await storeAt(0).jobs.create(jobOf(nodes.slice(0, 2)))
  const [silent, other] = await begun(id, nodes.slice(0, 2))
  assert.ok(silent && other)
  const client = new pg.Client({ connectionString: scratch.url })
  client.on('error', () => {})
  await client.connect()
  await client.query('BEGIN')
  const { node, fence } = silent.lease
  const end = { job: id, node: node.id, batch: node.batch, fence, status: 'done' }
  await client.query('SELECT piecework.end_nodes($1::jsonb)', [JSON.stringify([end])])
  await storeAt(1).attempts.run(other.lease, {})
  await storeAt(2).attempts.run(silent.lease, {})
  await client.end().catch(() => {})
  assert.equal((await liveOn(id)).status, 'succeeded')
})

test.run()
