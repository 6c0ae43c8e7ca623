import assert from 'node:assert/strict'
import { setTimeout as sleep } from 'node:timers/promises'
import type { JobReport, ResourceRef } from '@piecework/core'
import { fromPg, postgresStore } from '@piecework/postgres'
import { needsServer, type ScratchDatabase, scratchDatabase } from '@piecework/test-support'
import { momentLaws } from '@piecework/testkit'
import pg from 'pg'
import { suite } from 'uvu'
import {
  type MomentHost,
  type MomentHostOptions,
  makeTables,
  momentHost,
  principal,
  tables,
} from './moment-host.js'

const test = needsServer(suite('exports of one moment'))

let scratch: ScratchDatabase
/** Whose jobs no worker takes. */
let ofLaws: ScratchDatabase
let pools: readonly pg.Pool[] = []

test.before(async () => {
  ;[scratch, ofLaws] = await Promise.all([scratchDatabase(), scratchDatabase()])
  await Promise.all([makeTables(scratch.url), makeTables(ofLaws.url)])
  pools = [1, 2].map(() => new pg.Pool({ connectionString: ofLaws.url, max: 4 }))
  await pools[0]?.query('CREATE TABLE numbers (n int); INSERT INTO numbers VALUES (0)')
})
test.after(async () => {
  await Promise.all(pools.map((pool) => pool.end()))
  await Promise.all([scratch.drop(), ofLaws.drop()])
})

momentLaws(test, {
  make: () => {
    const [one, other] = pools.map((pool) => postgresStore({ database: fromPg(pool) }))
    return [one ?? assert.fail(), other ?? assert.fail()]
  },
  write: async ({ database }) => void (await database.query('UPDATE numbers SET n = n + 1')),
  read: async (tx) => (await tx.query<{ n: number }>('SELECT n FROM numbers')).rows[0]?.n ?? Number.NaN,
})

async function withHost(
  options: MomentHostOptions,
  use: (host: MomentHost, book: ResourceRef) => Promise<void>,
): Promise<void> {
  const host = await momentHost(scratch.url, options)
  try {
    await use(host, { kind: 'book', id: await host.add() })
  } finally {
    await host.close()
  }
}

const exported = async (
  { piecework }: MomentHost,
  resource: ResourceRef,
  claim?: false,
): Promise<JobReport> =>
  (await piecework.export({ resource, principal, ...(claim === false && { claim }) })).ended()

const succeeded = ({ job, nodes }: JobReport): string => {
  assert.equal(
    job.status,
    'succeeded',
    JSON.stringify([job.error, nodes.map(({ id, status }) => [id, status])]),
  )
  return job.result.archive?.artifact ?? assert.fail('no archive')
}

/** Every node is disturbed by writes beside the guard: before its transaction, and in it. */
const disturbed = (host: MomentHost, { id }: ResourceRef) => ({
  before: () => host.write(id),
  within: () => host.write(id),
})

const twice = (names: readonly string[]): boolean => new Set(names).size < names.length
const nodesOf = ({ begun }: MomentHost): readonly string[] =>
  begun.map((one) => one.split(' ').slice(1).join(' '))

test('an export is of one moment: writers beside the guard tear nothing that several workers read', () =>
  withHost({ workers: ['a', 'b'] }, async (host, book) => {
    for (let n = 0; n < 5; n++) await host.write(book.id)
    host.reading = disturbed(host, book)
    const report = await exported(host, book)
    assert.equal((await host.numbersIn(succeeded(report))).length, 1)
    assert.ok(
      host.begun.some((one) => one.startsWith('a ')) && host.begun.some((one) => one.startsWith('b ')),
    )
    assert.equal(twice(nodesOf(host)), false)
    const { createdAt, snapshotTakenAt } = report.job
    assert.ok(snapshotTakenAt && snapshotTakenAt >= createdAt && snapshotTakenAt <= new Date())
    await eventually(async () => (await host.holders()) === 0)
    const open = `SELECT FROM pg_stat_activity WHERE datname = current_database() AND state = 'idle in transaction'`
    await eventually(async () => (await host.sql.query(open)).rowCount === 0)
  }))

test('an export is of one moment: when all that hold it are gone, all of it is read again at another one', () =>
  withHost({ workers: ['a', 'b'] }, async (host, book) => {
    const lost = { left: 1 }
    host.reading = {
      before: async (node) => {
        await host.write(book.id)
        if (node === 'three' && lost.left-- > 0) await goneOf(host)
      },
    }
    const report = await exported(host, book)
    const [number = 0, ...others] = await host.numbersIn(succeeded(report))
    assert.deepEqual(others, [])
    // The first moment was before any write.
    assert.ok(number > 0)
    assert.ok(twice(nodesOf(host)))
    assert.deepEqual([...new Set(report.nodes.flatMap(({ moment }) => moment ?? []))], [2])
    assert.ok(report.nodes.every(({ attempt }) => attempt === 1))
  }))

test('an export whose moment is lost a third time fails, and its retry reads everything anew', () =>
  withHost({}, async (host, book) => {
    host.reading = { before: () => goneOf(host) }
    const failed = await exported(host, book)
    const { code, retryable, message } = failed.job.error ?? assert.fail('no error')
    assert.deepEqual([failed.job.status, code, retryable], ['failed', 'snapshot-lost', true], message)
    assert.ok(failed.nodes.every(({ attempt }) => attempt === 1))
    host.reading = disturbed(host, book)
    host.begun.length = 0
    const retried = await (await host.piecework.retry(failed.job.id, { principal })).ended()
    assert.equal((await host.numbersIn(succeeded(retried))).length, 1)
    assert.equal(host.begun.length, tables.length + 3)
    assert.equal(await host.holders(), 0)
  }))

test('an export is of one moment: what one worker has lost is read again where another one holds it', () =>
  withHost({ workers: ['a', 'b'] }, async (host, book) => {
    let once = true
    host.reading = {
      ...disturbed(host, book),
      within: async (node) => {
        await host.write(book.id)
        if (node === 'parted#3' && once) {
          once = false
          // The other one may not have begun yet.
          while ((await host.holders()) < 2) await sleep(20)
          // Nor has it to be the one that began last.
          const holder = host.begun.find((one) => one.endsWith(` ${node}`))?.split(' ')[0] ?? ''
          assert.ok((await host.terminate(holder, 'all')) >= 2)
        }
      },
    }
    const report = await exported(host, book)
    assert.equal((await host.numbersIn(succeeded(report))).length, 1)
    const again = nodesOf(host).filter((node, at, all) => all.indexOf(node) < at)
    assert.deepEqual(again, ['parted#3'])
    assert.deepEqual([...new Set(report.nodes.flatMap(({ moment }) => moment ?? []))], [1])
  }))

test('jobs that are more than a pool can hold moments for all end', () =>
  withHost({ max: 2, concurrency: 4 }, async (host, book) => {
    const books = [
      book,
      ...(await Promise.all([1, 2, 3, 4].map(async () => ({ kind: 'book', id: await host.add() })))),
    ]
    host.reading = { before: async () => void (await Promise.all(books.map(({ id }) => host.write(id)))) }
    const reports = await Promise.all(books.map((one) => exported(host, one)))
    for (const report of reports) assert.equal((await host.numbersIn(succeeded(report))).length, 1)
  }))

test('a moment that is too old ends the export, also while a statement runs', () =>
  withHost({ snapshotAgeMs: 600 }, async (host, book) => {
    host.reading = { within: () => new Promise((resolve) => setTimeout(resolve, 300)) }
    const slow = await exported(host, book)
    assert.deepEqual([slow.job.status, slow.job.error?.code], ['failed', 'snapshot-lost'])
    assert.match(slow.job.error?.message ?? '', /snapshotAgeMs/)
    assert.ok(slow.nodes.every(({ attempt }) => attempt === 1))
    assert.equal(await host.holders(), 0)
  }))

test('without a claim edits go on, and nothing of them is in the archive', () =>
  withHost({}, async (host, book) => {
    const edit = () => host.piecework.guard.edit(book, () => host.write(book.id), { principal })
    host.reading = { before: async () => edit() }
    const report = await exported(host, book, false)
    assert.deepEqual(await host.numbersIn(succeeded(report)), [0])
    host.reading = { before: async () => assert.rejects(edit(), { code: 'resource-busy' }) }
    succeeded(await exported(host, book))
    // What is deleted meanwhile is not exported.
    host.reading = {
      before: async () => void (await host.sql.query('DELETE FROM books WHERE id = $1', [book.id])),
    }
    const { job } = await exported(host, book, false)
    assert.equal(job.error?.code, 'resource-not-found')
  }))

test('a retry takes over all that an export without a claim had read, or nothing', () =>
  withHost({}, async (host, book) => {
    let isBroken = true
    const broken = async (node: string): Promise<void> => {
      await host.write(book.id)
      if (node === 'parted#3' && isBroken) throw new Error('It broke.')
    }
    for (const claim of [undefined, false] as const) {
      isBroken = true
      host.reading = { within: broken }
      const { job } = await exported(host, book, claim)
      assert.equal(job.status, 'failed')
      isBroken = false
      host.begun.length = 0
      const retried = await (await host.piecework.retry(job.id, { principal })).ended()
      assert.equal((await host.numbersIn(succeeded(retried))).length, 1)
      assert.equal(retried.job.request.claim, claim)
      assert.equal(host.begun.length, tables.length + 3)
    }
  }))

test('an export of one node holds no moment, and a worker that stops lets its own go', () =>
  withHost({}, async (host, book) => {
    const held: number[] = []
    const look = async () => void held.push(await host.holders())
    host.reading = { within: look }
    const without = ['book/two', 'book/three', 'book/parted']
    const one = await (await host.piecework.export({ resource: book, principal, without })).ended()
    succeeded(one)
    assert.deepEqual([held, one.job.snapshotTakenAt], [[0], undefined])
    const reached = new Promise<void>((resolve) => {
      host.reading = { within: async () => resolve() }
    })
    const handle = await host.piecework.export({ resource: book, principal })
    await reached
    await host.piecework.stop()
    assert.equal(await host.holders(), 0)
    await host.store.jobs.cancel(handle.id)
  }))

test('what a silent process holds for a job that has ended is let go by the others', () => {
  let isOpen = false
  return withHost({ leaseMs: 300, route: () => (isOpen ? 'a' : 'nobody') }, async (host, book) => {
    const { id } = await host.piecework.export({ resource: book, principal })
    const pool = new pg.Pool({ connectionString: scratch.url, max: 3, application_name: 'silent' })
    const silent = postgresStore({ database: fromPg(pool.on('error', () => {})), leaseMs: 300 })
    const task = { job: id, node: `plan book:${book.id} book/parted`, attempt: 1 }
    const lease = (await silent.attempts.begin(task, 'silent')) ?? assert.fail('it does not begin')
    const { signal } = new AbortController()
    const read = await silent.moments?.read(lease, (tx) => tx.query('SELECT'), { signal })
    assert.deepEqual([read?.moment, await host.holders()], [1, 1])
    isOpen = true
    await host.piecework.cancel(id, { principal })
    await eventually(async () => (await host.holders()) === 0)
    const { rows } = await host.sql.query(
      `SELECT FROM pg_stat_activity WHERE application_name = 'silent' AND state = 'idle in transaction'`,
    )
    assert.equal(rows.length, 0)
    await silent.moments?.release()
    await pool.end()
  })
})

/** All that hold a moment are gone. */
async function goneOf(host: MomentHost): Promise<void> {
  for (const worker of Object.keys(host.workers)) await host.terminate(worker, 'holders')
}

async function eventually(check: () => Promise<boolean>): Promise<void> {
  for (let tried = 0; tried < 100; tried++) {
    if (await check()) return
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  assert.fail('it does not come')
}

test.run()
