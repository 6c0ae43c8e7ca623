import assert from 'node:assert/strict'
import { type ChildProcess, fork } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import type { PieceworkOptions } from '@piecework/core'
import { needsServer, type ScratchDatabase, scratchDatabase, storeTemplate } from '@piecework/test-support'
import { suite } from 'uvu'
import { leaseMs, type Manner, type WaitingHost, waitingHost } from './waiting-host.js'

const test = needsServer(suite('jobs in another process'))

const principal = { id: 'ann' }
let scratch: ScratchDatabase

test.before(async () => {
  scratch = await scratchDatabase({ template: storeTemplate })
})
test.after(() => scratch.drop())

/** A process that works, and this one, which asks and looks. */
async function beside(
  manner: Manner,
  use: (here: WaitingHost['piecework'], there: ChildProcess) => Promise<void>,
  options: Partial<PieceworkOptions> = {},
): Promise<void> {
  const there = fork(new URL('./waiting-worker.js', import.meta.url), [scratch.url, manner])
  const host = waitingHost(scratch.url, 'is quick', undefined, options)
  try {
    await heard(there, 'started')
    await use(host.piecework, there)
  } finally {
    await host.stop()
    there.kill('SIGKILL')
  }
}

/** Resolves when the other process says so. */
async function heard(there: ChildProcess, what: string): Promise<void> {
  for (;;) if ((await once(there, 'message'))[0] === what) return
}

const project = () => ({ kind: 'project', id: randomUUID() })

test('nothing half-made: a cancel is seen by a piece in another process, and the job ends there', async () => {
  await beside('waits', async (here, there) => {
    for (let round = 0; round < 3; round++) {
      const begun = heard(there, 'begun')
      const handle = await here.export({ resource: project(), principal })
      await begun
      const aborted = heard(there, 'aborted')
      await handle.cancel()
      await aborted
      assert.equal((await handle.ended()).job.status, 'cancelled')
    }
  })
})

test('progress of a job is followed from another process', async () => {
  await beside('waits', async (here) => {
    const handle = await here.export({ resource: project(), principal })
    for await (const { running, progress } of handle.watch()) {
      if (!running.some(({ progress: reported }) => reported)) continue
      const { remainingMs = -1, ...counts } = progress
      const all = { batches: 2, batchesDone: 0, pieces: 1, piecesDone: 0, rows: 40, bytes: 0 }
      assert.deepEqual(counts, all)
      assert.ok(remainingMs >= 0)
      break
    }
    await handle.cancel()
    await handle.ended()
  })
})

test("exclusion: a job's claim outlives its process, and is gone when another one has ended the job", async () => {
  await beside('waits', async (here, there) => {
    const resource = project()
    const begun = heard(there, 'begun')
    const handle = await here.export({ resource, principal })
    await begun
    const gone = once(there, 'exit')
    there.kill('SIGKILL')
    await gone
    const holders = await here.guard.holders(resource, { principal })
    assert.deepEqual(
      holders.map(({ id, kind }) => [id, kind]),
      [[handle.id, 'export']],
    )
    await here.start()
    assert.equal((await handle.ended()).job.status, 'succeeded')
    assert.deepEqual(await here.guard.holders(resource, { principal }), [])
  })
})

test('one truth: a job past its time ends though its worker hangs and hears nothing', async () => {
  await beside(
    'hangs',
    async (here, there) => {
      const resource = project()
      const begun = heard(there, 'begun')
      const handle = await here.export({ resource, principal })
      // Where the machine is slow, its time may be over before.
      await Promise.race([begun, handle.ended()])
      await here.start()
      const { job, nodes } = await handle.ended()
      assert.deepEqual([job.status, job.error?.code], ['failed', 'timeout'])
      assert.ok(nodes.some(({ status }) => status === 'failed' || status === 'skipped'))
      assert.deepEqual(await here.guard.holders(resource, { principal }), [])
    },
    // Before the lease lapses: another process would do it well.
    { jobTimeoutMs: leaseMs * 0.6 },
  )
})

test.run()
