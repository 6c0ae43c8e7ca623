import assert from 'node:assert/strict'
import {
  createPiecework,
  isPieceworkError,
  isTerminal,
  memoryArtifacts,
  memoryStore,
  type Pack,
  type Piecework,
  PieceworkError,
  type PieceworkOptions,
} from '@piecework/core'
import type { Store } from '@piecework/core/store'
import { suite } from 'uvu'
import { defaults, engineTimes, storeDefaults } from '#internal/defaults.js'
import { FakeClock, fakeRuntime } from '../support/fake-clock.js'
import { ann, bytes, keys, Notebooks } from '../support/notebooks.js'
import { format, notes } from '../support/notes.js'
import { pieceOf } from '../support/slow.js'

const test = suite('fake clock')

/** Processes that share a store, artifacts and a clock. */
class World {
  readonly clock = new FakeClock()
  readonly host = new Notebooks()
  readonly artifacts = memoryArtifacts({ environment: this.clock.process() })
  readonly store: Store = memoryStore({ environment: this.clock.process() })

  process(pack: Pack = this.host.pack(), options: Partial<PieceworkOptions> = {}) {
    const environment = this.clock.process()
    const runtime = fakeRuntime(environment)
    const { store, artifacts } = this
    const piecework = createPiecework({ packs: [pack], store, artifacts, runtime, environment, ...options })
    return { piecework, runtime, environment }
  }

  async jobOf(piecework: Piecework, id: string) {
    await this.clock.pass(0)
    return (await piecework.job(id, { principal: ann })).job
  }

  /** Waits until the job has ended at the present time: zips are deflated by other threads. */
  async ended(piecework: Piecework, id: string) {
    const signal = AbortSignal.timeout(10_000)
    for (;;) {
      const job = await this.jobOf(piecework, id)
      if (isTerminal(job.status)) return job
      if (signal.aborted) assert.fail(`The job is ${job.status}.`)
    }
  }
}

/** Few timers, for tests in which days pass. */
const rare = { sweepMs: 60_000, heartbeatMs: 60 * 60_000 }

test('an archive expires after seven days, to the millisecond, and its bytes go with the next sweep', async () => {
  const world = new World()
  const { clock, host, artifacts } = world
  const { piecework } = world.process(host.pack(), rare)
  await piecework.start()
  const { id } = await piecework.export({ resource: host.add('b1', 'Birds', ['wren']), principal: ann })
  const { archive } = (await world.ended(piecework, id)).result
  assert.ok(archive)
  assert.equal(archive.expiresAt.getTime() - clock.now, defaults.archiveTtlMs)
  await clock.pass(defaults.archiveTtlMs - 1)
  assert.equal((await piecework.download(id, { principal: ann })).size, archive.size)
  await clock.pass(1)
  await assert.rejects(piecework.download(id, { principal: ann }), (error) =>
    isPieceworkError(error, 'expired'),
  )
  await clock.pass(rare.sweepMs)
  assert.deepEqual(await keys(artifacts, 'archives'), [])
})

test('files of an import that has failed stay as long as was said before it ran, and go with the next sweep', async () => {
  const world = new World()
  const { clock, host, artifacts } = world
  const hourly = { ...rare, sweepMs: 60 * 60_000 }
  const { piecework } = world.process(notes(host), hourly)
  await piecework.start()
  const principal = ann
  const draft = await piecework.createDraft({ format, principal, name: 'Notes', keepUploads: 'failed' })
  await draft.upload('text', { stream: bytes('bad\n'), fileName: 'my text.txt' })
  const { keptUntil: said } = await draft.status()
  assert.equal((said?.getTime() ?? 0) - clock.now, defaults.draftTtlMs)
  const { id } = await draft.run()
  const { status, result } = await world.ended(piecework, id)
  const { keptUntil } = await draft.status()
  assert.deepEqual([status, keptUntil], ['failed', result.retryUntil])
  assert.ok(said && keptUntil && keptUntil >= said)
  await clock.pass(keptUntil.getTime() - clock.now - 1)
  const again = await piecework.repeatDraft(draft.resource, { principal })
  assert.equal((await again.status()).uploads.length, 1)
  await clock.pass(1)
  await assert.rejects(piecework.repeatDraft(draft.resource, { principal }), (error) =>
    isPieceworkError(error, 'expired'),
  )
  await clock.pass(hourly.sweepMs)
  assert.deepEqual(await keys(artifacts, `jobs/${draft.job}`), [])
  assert.equal((await again.status()).uploads.length, 1, 'copies are of another import')
})

test('waits between attempts double from half a second to a minute', async () => {
  const world = new World()
  const times: number[] = []
  const piece = pieceOf('piece', async () => {
    times.push(world.clock.now)
    throw new PieceworkError('internal', 'It broke.', { retryable: true })
  })
  const { piecework } = world.process({ ...world.host.pack(), pieces: [piece] }, { maxAttempts: 11 })
  await piecework.start()
  const resource = world.host.add('b1', 'Birds', ['wren'])
  const { id } = await piecework.export({ resource, principal: ann })
  await world.clock.pass(10 * 60 * 1000)
  const seconds = times.slice(1).map((time, index) => (time - (times[index] ?? 0)) / 1000)
  assert.deepEqual(seconds, [0.5, 1, 2, 4, 8, 16, 32, 60, 60, 60])
  assert.equal((await world.jobOf(piecework, id)).status, 'failed')
})

test('the work of a worker that died is taken over when its lease has lapsed, not before', async () => {
  const world = new World()
  let hangs = true
  const piece = pieceOf('piece', () => (hangs ? new Promise(() => undefined) : Promise.resolve()))
  const pack = { ...world.host.pack(), pieces: [piece] }
  const dying = world.process(pack)
  await dying.piecework.start()
  const resource = world.host.add('b1', 'Birds', ['wren'])
  const { id } = await dying.piecework.export({ resource, principal: ann })
  await world.clock.pass(0)
  dying.environment.die()
  hangs = false
  const other = world.process(pack)
  await other.piecework.start()
  await world.clock.pass(storeDefaults.leaseMs - 1)
  assert.equal((await world.jobOf(other.piecework, id)).status, 'running')
  await world.clock.pass(1 + defaults.sweepMs)
  assert.equal((await world.ended(other.piecework, id)).status, 'succeeded')
})

test('a heartbeat keeps the lease of a slow piece for as long as it takes', async () => {
  const world = new World()
  let end: () => void = () => undefined
  const tries: number[] = []
  const piece = pieceOf('piece', () => {
    tries.push(world.clock.now)
    return new Promise<void>((resolve) => {
      end = resolve
    })
  })
  const { piecework } = world.process({ ...world.host.pack(), pieces: [piece] })
  await piecework.start()
  const resource = world.host.add('b1', 'Birds', ['wren'])
  const { id } = await piecework.export({ resource, principal: ann })
  await world.clock.pass(20 * storeDefaults.leaseMs)
  end()
  assert.equal((await world.ended(piecework, id)).status, 'succeeded')
  assert.equal(tries.length, 1)
})

test('a task that the runtime lost is submitted again after a minute', async () => {
  const world = new World()
  const { piecework, runtime } = world.process()
  await piecework.start()
  runtime.lose = true
  const resource = world.host.add('b1', 'Birds', ['wren'])
  const { id } = await piecework.export({ resource, principal: ann })
  await world.clock.pass(0)
  runtime.lose = false
  await world.clock.pass(defaults.resubmitAfterMs - defaults.sweepMs)
  assert.equal((await world.jobOf(piecework, id)).status, 'submitted')
  await world.clock.pass(2 * defaults.sweepMs)
  assert.equal((await world.ended(piecework, id)).status, 'succeeded')
})

test('a job past its time limit fails with the sweep that sees it; a piece past its own fails at once', async () => {
  const world = new World()
  const piece = pieceOf(
    'piece',
    ({ signal }) => new Promise((_, reject) => signal.addEventListener('abort', reject)),
  )
  const pack = { ...world.host.pack(), pieces: [piece] }
  const limits = { jobTimeoutMs: 60_000 }
  const resource = world.host.add('b1', 'Birds', ['wren'])
  const slow = world.process(pack, limits).piecework
  await slow.start()
  const { id } = await slow.export({ resource, principal: ann })
  await world.clock.pass(60_000 - 1)
  assert.equal((await world.jobOf(slow, id)).status, 'running')
  await world.clock.pass(1 + defaults.sweepMs + defaults.heartbeatMs)
  const job = await world.jobOf(slow, id)
  assert.deepEqual([job.status, job.error?.code], ['failed', 'timeout'])
  await slow.stop()

  const limited = world.process(pack, { nodeTimeoutMs: 1000 }).piecework
  await limited.start()
  const second = await limited.export({ resource, principal: ann })
  await world.clock.pass(999)
  assert.equal((await world.jobOf(limited, second.id)).status, 'running')
  await world.clock.pass(1)
  assert.equal((await world.jobOf(limited, second.id)).error?.code, 'timeout')
})

test('bytes that belong to no job go when they are a day old', async () => {
  const world = new World()
  const { piecework } = world.process(world.host.pack(), rare)
  await piecework.start()
  await world.artifacts.put('jobs/none/0', (async function* () {})())
  await world.clock.pass(engineTimes.orphanAgeMs - 1)
  assert.deepEqual(await keys(world.artifacts, 'jobs'), ['jobs/none/0'])
  await world.clock.pass(1 + defaults.orphanSweepMs + rare.sweepMs)
  assert.deepEqual(await keys(world.artifacts, 'jobs'), [])
})

test('an edit lapses when its lease is over', async () => {
  const world = new World()
  const { piecework } = world.process()
  const resource = world.host.add('b1', 'Birds', ['wren'])
  const edit = piecework.guard.edit(resource, async (hold) => {
    await world.clock.pass(storeDefaults.editLeaseMs - 1)
    await hold.check()
    await world.clock.pass(1)
  })
  await assert.rejects(edit, (error) => isPieceworkError(error, 'lease-lost'))
})

test('the same ids and the same times, so the same jobs', async () => {
  const run = async () => {
    const world = new World()
    const { piecework } = world.process()
    await piecework.start()
    const { id } = await piecework.export({
      resource: world.host.add('b1', 'Birds', ['wren']),
      principal: ann,
    })
    await world.ended(piecework, id)
    const { job, nodes } = await piecework.job(id, { principal: ann })
    return { job, nodes: nodes.map(({ progress: _, ...node }) => node) }
  }
  assert.deepEqual(await run(), await run())
})

test.run()
