import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { isPieceworkError, type NewJob, type Store, type Transaction } from '@piecework/core/store'
import { gate } from '../gate.js'
import type { LawTest } from '../law.js'
import { refuses } from '../refuses.js'
import { within } from '../within.js'
import { jobBench, longLease } from './job-bench.js'
import type { JobStoreLawsOptions } from './job-store-laws-options.js'
import { leaseClock } from './lease-clock.js'
import { pathOf, sampleJob, sampleProject } from './sample-job.js'

const patienceMs = 15_000

/** Laws of stores whose transactions run SQL. Run by `jobStoreLaws` with `sql: true`. */
export function rowLaws(test: LawTest, { make }: JobStoreLawsOptions): void {
  const clock = leaseClock(test)

  test('exactly once: rows, and the mark that they are there, commit together or not at all', () =>
    withRows(make(longLease), async (store) => {
      const bench = await jobBench(store)
      const lease = await bench.lease('a')
      const broken = store.attempts.run(lease, async (tx) => {
        await insert(tx, bench.id, 'broken')
        throw new Error('the work broke')
      })
      await assert.rejects(broken, /the work broke/)
      assert.deepEqual(await rows(store, bench.id), [])
      await store.attempts.run(lease, async (tx) => {
        await insert(tx, bench.id, 'whole')
        assert.deepEqual(await rows(store, bench.id), [])
        return {}
      })
      assert.deepEqual(await rows(store, bench.id), ['whole'])
      assert.equal((await bench.node('a')).status, 'done')
    }))

  test('exactly once: rows of a second run under one lease are rolled back', () =>
    withRows(make(longLease), async (store) => {
      const bench = await jobBench(store)
      const lease = await bench.lease('a')
      const both = ['one', 'two'].map((writer) =>
        store.attempts.run(lease, async (tx) => {
          await insert(tx, `${bench.id}-${writer}`, writer)
          return {}
        }),
      )
      const outcomes = (await Promise.allSettled(both)).map(({ status }) => status)
      assert.deepEqual([...outcomes].sort(), ['fulfilled', 'rejected'])
      assert.deepEqual(await rows(store, `${bench.id}-one`), outcomes[0] === 'fulfilled' ? ['one'] : [])
      assert.deepEqual(await rows(store, `${bench.id}-two`), outcomes[1] === 'fulfilled' ? ['two'] : [])
    }))

  clock.test(
    'exactly once: a takeover is not blocked by uncommitted rows of the attempt before, and they never appear',
    () =>
      withRows(make({ leaseMs: clock.leaseMs }), async (store) => {
        const bench = await jobBench(store)
        const [inside, wake] = [gate(), gate()]
        const stale = store.attempts.run(await bench.lease('a'), async (tx) => {
          await insert(tx, bench.id, 'stale')
          inside.open()
          await wake.opened
          return {}
        })
        const lost = stale.then(
          () => false,
          () => true,
        )
        try {
          await within(patienceMs, 'the first attempt to write', inside.opened)
          await clock.sleep(clock.leaseMs + 50)
          const fresh = await bench.lease('a')
          const run = store.attempts.run(fresh, async (tx) => {
            await insert(tx, bench.id, 'fresh')
            return {}
          })
          await within(patienceMs, 'the second attempt to commit', run)
        } finally {
          wake.open()
        }
        assert.ok(await within(patienceMs, 'the first attempt to end', lost), 'the stale attempt committed')
        assert.deepEqual(await rows(store, bench.id), ['fresh'])
        assert.equal((await bench.node('a')).status, 'done')
      }),
  )

  test('an aborted signal ends the statement that runs', () =>
    withRows(make(longLease), async (store) => {
      const bench = await jobBench(store)
      const controller = new AbortController()
      const run = store.attempts.run(
        await bench.lease('a'),
        async (tx) => {
          setImmediate(() => controller.abort())
          await tx.query('SELECT pg_sleep(600)')
          return {}
        },
        { signal: controller.signal },
      )
      await within(patienceMs, 'the work to end', assert.rejects(run))
      assert.equal((await bench.node('a')).status, 'running')
    }))

  test('one truth: a job that is created inside a transaction of the host commits with it, or was never there', async () => {
    const store = await make(longLease)
    const principal = randomUUID()
    const recorded = (job: NewJob): NewJob => ({
      ...job,
      record: { principal, action: 'export', outcome: 'allowed', job: job.id },
    })
    const [kept, dropped] = [recorded(sampleJob()), recorded(sampleJob())]
    await store.database.transaction(async (tx) => {
      await store.jobs.create(kept, tx)
      assert.equal(await store.jobs.get(kept.id), undefined)
    })
    const broken = store.database.transaction(async (tx) => {
      await store.jobs.create(dropped, tx)
      throw new Error('the host changed its mind')
    })
    await assert.rejects(broken, /the host changed its mind/)
    assert.equal((await store.jobs.get(kept.id))?.status, 'pending')
    assert.equal(await store.jobs.get(dropped.id), undefined)
    const created = (await store.outbox.pending(10_000)).flatMap(({ action }) =>
      action.type === 'batch' ? [action.job] : [],
    )
    assert.deepEqual([created.includes(kept.id), created.includes(dropped.id)], [true, false])
    assert.deepEqual(
      (await store.records.list({ principal })).map(({ job }) => job),
      [kept.id],
    )
    await store.guard.checkEditable(dropped.claims[0] ?? '')
    await assert.rejects(store.guard.checkEditable(kept.claims[0] ?? ''))
  })

  test('exclusion: an edit inside a transaction of the host keeps claims out, and ends with it', async () => {
    const { database, guard } = await make(longLease)
    const path = pathOf(sampleProject())
    const holder = { id: 'solver', kind: 'run' }
    let granted = false
    let claim = Promise.resolve()
    await database.transaction((tx) =>
      guard.edit(
        path,
        async () => {
          // It may be refused at once, or wait for the host's transaction.
          claim = guard.claim([path], holder).then(
            (late) => {
              granted = true
              return late.release()
            },
            (error: unknown) => assert.ok(isPieceworkError(error, 'resource-busy'), String(error)),
          )
          await sleep(100)
          assert.equal(granted, false, 'a claim came in during an edit')
        },
        { tx },
      ),
    )
    await within(patienceMs, 'the claim', claim)
    const held = await guard.claim([path], holder)
    const edit = database.transaction((tx) => guard.edit(path, async () => {}, { tx }))
    await refuses('an edit during a claim', () => edit, 'resource-busy')
    await held.release()
  })
}

async function withRows(made: Store | Promise<Store>, law: (store: Store) => Promise<void>): Promise<void> {
  const store = await made
  await store.database.query('CREATE TABLE piecework_law_rows (job text PRIMARY KEY, writer text NOT NULL)')
  try {
    await law(store)
  } finally {
    await store.database.query('DROP TABLE piecework_law_rows')
  }
}

async function insert(tx: Transaction, job: string, writer: string): Promise<void> {
  await tx.query('INSERT INTO piecework_law_rows VALUES ($1, $2)', [job, writer])
}

async function rows({ database }: Store, job: string): Promise<readonly string[]> {
  const found = await database.query<{ writer: string }>(
    'SELECT writer FROM piecework_law_rows WHERE job = $1',
    [job],
  )
  return found.rows.map(({ writer }) => writer)
}
