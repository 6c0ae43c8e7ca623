import assert from 'node:assert/strict'
import { Readable } from 'node:stream'
import type { Database } from '@piecework/core'
import type { Transaction } from '@piecework/core/piece'
import type { Attempts, Lease, NewJob, NodeResult } from '@piecework/core/store'
import { fromPg, postgresStore } from '@piecework/postgres'
import { needsServer, type ScratchDatabase, scratchDatabase } from '@piecework/test-support'
import pg from 'pg'
import { suite } from 'uvu'
import { copyInBetween } from '#internal/table-piece/copy-in-between.js'
import { exportJob } from './sample.js'

const test = needsServer(suite('what a node costs'))

let scratch: ScratchDatabase
let pool: pg.Pool
const countingPools: pg.Pool[] = []

test.before(async () => {
  scratch = await scratchDatabase()
  // One backend, so that it can be asked what it has read.
  pool = new pg.Pool({ connectionString: scratch.url, max: 1 })
  await postgresStore({ database: fromPg(pool) }).migrate()
})
test.after(async () => {
  for (const own of countingPools) await own.end()
  await pool.end()
  await scratch.drop()
})

for (const [how, end] of Object.entries({ alone: {}, 'with work': async () => ({}) })) {
  test(`beginning and ending a node ${how} costs the same in a job of 10 and of 5,000`, async () => {
    await expectSmallJobs()
    const small = await costOfOne(10, end)
    const large = await costOfOne(5_000, end)
    assert.ok(small.statements > 0)
    assert.deepEqual([large.statements, large.rows], [small.statements, small.rows])
    // Index entries of rows that are gone may still be there.
    assert.ok(large.reads <= small.reads + 50, `${large.reads} rows are read instead of ${small.reads}`)
    // Entries that an index is searched for without their leading columns count as none of these.
    assert.ok(large.blocks <= small.blocks + 30, `${large.blocks} blocks instead of ${small.blocks}`)
  })
}

test('parts are added in as many statements, and each costs the same, in a job of 100 and of 1,000', async () => {
  const small = await costOfParts(100)
  const large = await costOfParts(1_000)
  assert.ok(small.plan > 0 && small.part > 0)
  assert.deepEqual([large.plan, large.part], [small.plan, small.part])
  assert.ok(large.reads <= small.reads + 50, `${large.reads} rows are read instead of ${small.reads}`)
})

test('a moment costs the same messages, however many nodes read at it', async () => {
  const [few, many] = [await messagesOfMoments(3), await messagesOfMoments(30)]
  assert.equal(many, few)
  assert.ok(few > 0 && few <= 7, `${few} messages`)
})

for (const [given, more] of Object.entries({ 'one database': false, 'another one beside it': true }))
  test(`amid a batch a node with a COPY costs three messages, and one that begins, where a store has ${given}`, async () => {
    const { store, messages } = countingStore(more)
    await pool.query('CREATE TABLE IF NOT EXISTS copied (a int)')
    await pool.query('TRUNCATE copied')
    const { id } = await store.jobs.create(jobOf(4))
    const one = async (node: string): Promise<number> => {
      const before = messages()
      const lease = await store.attempts.begin({ job: id, node, attempt: 1 }, 'worker')
      const around = { before: 'SAVEPOINT a', after: 'RELEASE SAVEPOINT a' }
      await store.attempts.run(lease ?? assert.fail('it does not begin'), async (tx) => {
        const rows = Readable.from([Buffer.from('1\n'), Buffer.from('2\n')])
        assert.equal(await copyInBetween(tx, { table: 'copied', columns: ['a'] }, rows, around), 2)
        return {}
      })
      return messages() - before
    }
    await one('0')
    assert.equal(await one('1'), 4)
    // Which one is the last is known only to the store.
    for (const node of ['2', '3']) await one(node)
    const { rows } = await pool.query('SELECT count(*)::int AS count FROM copied')
    assert.equal(rows[0].count, 8)
  })

/** A store that counts what it sends to the server. `more`: it is given another database, too. */
function countingStore(more = false) {
  const own = new pg.Pool({ connectionString: scratch.url, max: 4 })
  countingPools.push(own)
  let count = 0
  const database = fromPg({
    options: own.options,
    totalCount: 0,
    connect: (callback) =>
      own.connect((error, client) => {
        if (!client) return callback(error, undefined)
        callback(undefined, {
          query: (query) => {
            count += 1
            return client.query(query) as never
          },
          on: (event, listener) => client.on(event, listener),
          removeListener: (event, listener) => client.removeListener(event, listener),
          release: (destroy) => client.release(destroy),
        })
      }),
  })
  const store = postgresStore({ database, ...(more && { databases: { geo: database } }) })
  return { store, messages: () => count }
}

/** To the server, for so many nodes of an export, beyond those of reads in snapshots of their own. */
async function messagesOfMoments(nodes: number): Promise<number> {
  const { store, messages } = countingStore()
  const { id } = await store.jobs.create(jobOf(nodes))
  const costOf = async (read: (lease: Lease) => Promise<unknown>, numbers: readonly number[]) => {
    const leases = await Promise.all(
      numbers.map((node) => store.attempts.begin({ job: id, node: String(node), attempt: 1 }, 'worker')),
    )
    const before = messages()
    for (const lease of leases) await read(lease ?? assert.fail('it does not begin'))
    return messages() - before
  }
  const { signal } = new AbortController()
  const ask = (tx: Transaction) => tx.query('SELECT')
  const half = Array.from({ length: nodes - 1 }, (_, at) => at + 1)
  const alone = await costOf(() => store.database.transaction(ask, { readOnly: true, signal }), [0])
  const shared = await costOf((lease) => store.moments?.read(lease, ask, { signal }) ?? assert.fail(), half)
  const before = messages()
  await store.moments?.release()
  const released = messages() - before
  return shared - half.length * alone + released
}

/** Statements of a plan that adds so many parts, and of one of the parts; what the server read for that. */
async function costOfParts(count: number) {
  const database = counted(fromPg(pool))
  const { jobs, attempts } = postgresStore({ database })
  const planned = { ...jobOf(0), batches: 2 }
  const { id } = await jobs.create({
    ...planned,
    nodes: [
      { id: 'plan', task: 'plan', batch: 0 },
      { id: 'finish', task: 'finish', batch: 2 },
    ],
  })
  const done = async (node: string, result: NodeResult): Promise<void> => {
    const lease = await attempts.begin({ job: id, node, attempt: 1 }, 'worker')
    assert.ok(lease)
    await attempts.run(lease, result)
  }
  const nodes = Array.from({ length: count }, (_, at) => ({
    id: `part#${at + 1}`,
    task: 'export' as const,
    batch: 1,
    part: { number: at + 1, of: count, range: { from: at } },
  }))
  const { cost } = database
  const first = cost.statements
  await done('plan', { nodes })
  const plan = cost.statements - first
  await done('part#1', {})
  const [before, read] = [cost.statements, await rowsRead()]
  await done('part#2', {})
  return { plan, part: cost.statements - before, reads: (await rowsRead()) - read }
}

/**
 * Statements of one node, rows that they returned or changed, and rows and index entries that the server read
 * for them.
 */
async function costOfOne(nodes: number, end: Parameters<Attempts['run']>[1]) {
  const database = counted(fromPg(pool))
  const { jobs, attempts } = postgresStore({ database })
  const { id } = await jobs.create(jobOf(nodes))
  const one = async (node: string): Promise<void> => {
    const lease = await attempts.begin({ job: id, node, attempt: 1 }, 'worker')
    assert.ok(lease)
    await attempts.heartbeat(lease, { done: 1 })
    await attempts.run(lease, end)
  }
  await one('0')
  const [before, read, searched] = [{ ...database.cost }, await rowsRead(), await blocksSearched()]
  await one('1')
  return {
    statements: database.cost.statements - before.statements,
    rows: database.cost.rows - before.rows,
    reads: (await rowsRead()) - read,
    blocks: (await blocksSearched()) - searched,
  }
}

/** Statistics from which the planner expects few nodes of a job, so that any index of them seems to be as good. */
async function expectSmallJobs(): Promise<void> {
  const { jobs } = postgresStore({ database: fromPg(pool) })
  for (let job = 0; job < 100; job++) await jobs.create(jobOf(2))
  await pool.query('ANALYZE piecework.nodes')
}

/** Of indexes of nodes. */
async function blocksSearched(): Promise<number> {
  await pool.query('SELECT pg_stat_force_next_flush()')
  const { rows } = await pool.query<{ blocks: number }>(
    `SELECT sum(idx_blks_hit + idx_blks_read)::float8 AS blocks FROM pg_statio_user_indexes
     WHERE schemaname = 'piecework' AND relname = 'nodes'`,
  )
  return rows[0]?.blocks ?? assert.fail('no statistics')
}

async function rowsRead(): Promise<number> {
  await pool.query('SELECT pg_stat_force_next_flush()')
  const { rows } = await pool.query<{ read: number }>(
    `SELECT ((SELECT sum(seq_tup_read) FROM pg_stat_user_tables WHERE schemaname = 'piecework')
       + (SELECT sum(idx_tup_read) FROM pg_stat_user_indexes WHERE schemaname = 'piecework'))::float8 AS read`,
  )
  return rows[0]?.read ?? assert.fail('no statistics')
}

function counted(database: Database) {
  const cost = { statements: 0, rows: 0 }
  const counting = (tx: Transaction): Transaction => ({
    copyIn: (target, csv) => tx.copyIn(target, csv),
    copyOut: (select) => tx.copyOut(select),
    query: async (sql, values) => {
      const result = await tx.query<never>(sql, values)
      cost.statements++
      cost.rows += result.rowCount
      return result
    },
  })
  const transaction: Database['transaction'] = (work, options) =>
    database.transaction((tx) => work(counting(tx)), options)
  return { cost, transaction, query: database.query.bind(database) }
}

function jobOf(nodes: number): NewJob {
  const job = exportJob()
  const list = Array.from({ length: nodes }, (_, n) => ({ id: String(n), task: 'export' as const, batch: 0 }))
  return { ...job, nodes: [...list, { id: 'finish', task: 'finish', batch: 1 }] }
}

test.run()
