import assert from 'node:assert/strict'
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { createPiecework, memoryArtifacts, memoryStore, PieceworkError } from '@piecework/core'
import { databaseError, type Store } from '@piecework/core/store'
import { inProcess } from '@piecework/runtime-inprocess'
import { suite } from 'uvu'
import { FakeClock, fakeRuntime } from '../support/fake-clock.js'
import { ann, bytes, Notebooks, withPiecework } from '../support/notebooks.js'
import { pieceOf } from '../support/slow.js'

const test = suite('engine: attempts')

const node = 'export notebook:b1 work/piece'

test('a node that keeps failing ends after its attempts, with longer waits between them and its last error', async () => {
  let tries = 0
  const piece = pieceOf('piece', async () => {
    tries += 1
    throw new PieceworkError('internal', `Failure ${tries}.`, { retryable: true })
  })
  await withPiecework(
    (host) => ({ ...host.pack(), pieces: [piece] }),
    async (piecework, { host }) => {
      const waits: (number | undefined)[] = []
      piecework.events.on('node:failed', ({ retryInMs }) => waits.push(retryInMs))
      const resource = host.add('b1', 'Birds', ['wren'])
      const { job, nodes } = await (await piecework.export({ resource, principal: ann })).ended()
      assert.deepEqual([job.status, job.error?.message], ['failed', 'Failure 4.'])
      assert.deepEqual(waits, [5, 10, 20, undefined])
      assert.deepEqual([nodes[0]?.attempt, nodes[0]?.error?.message], [4, 'Failure 4.'])
    },
    { maxAttempts: 4, backoffMs: 5 },
  )
})

test('a graceful stop is no attempt: the same one runs again elsewhere, however often', async () => {
  const host = new Notebooks()
  let stops = 3
  const piece = pieceOf('piece', async ({ signal }) => {
    if (stops > 0 && !signal.aborted) await once(signal, 'abort')
  })
  const parts = { packs: [{ ...host.pack(), pieces: [piece] }], store: memoryStore(), maxAttempts: 1 }
  const process = () =>
    createPiecework({
      ...parts,
      artifacts: memoryArtifacts(),
      runtime: inProcess(),
      resubmitAfterMs: 1,
      sweepMs: 5,
    })
  const asking = process()
  const handle = await asking.export({ resource: host.add('b1', 'Birds', ['wren']), principal: ann })
  for (; stops > 0; stops--) {
    const stopping = process()
    const begun = new Promise((resolve) => stopping.events.on('node:started', resolve))
    await stopping.start()
    await begun
    await stopping.stop()
    const { status, attempt, error } = (await parts.store.reports.node(handle.id, node)) ?? assert.fail()
    assert.deepEqual([status, attempt, error], ['waiting', 1, undefined])
  }
  const last = process()
  await last.start()
  try {
    assert.equal((await handle.ended()).job.status, 'succeeded')
  } finally {
    await last.stop()
  }
})

test('where workers die each time, the error says so and how often', async () => {
  const { error } = await afterDeaths(3)
  assert.deepEqual([error?.code, error?.retryable], ['internal', false])
  assert.match(
    error?.message ?? '',
    /^3 workers have died at export notebook:b1 work\/piece; it is not tried/,
  )
})

test('if a piece failed before its workers died, its last own error comes first', async () => {
  const failure = { code: 'atlas/away', message: 'The atlas was away.', retryable: true } as const
  const { error } = await afterDeaths(3, async (store, job) => {
    const lease = await store.attempts.begin({ job, node, attempt: 1 }, 'one that failed')
    assert.ok(lease)
    await store.attempts.fail(lease, failure, [], 1)
    return 2
  })
  assert.equal(error?.code, 'atlas/away')
  assert.match(error?.message ?? '', /^The atlas was away\. 3 workers have died at /)
})

test('stops and failures between crashes are no crashes', async () => {
  const { status } = await afterDeaths(2, async (store, job) => {
    for (const next of [{ givenBackForMs: 0 }, 1, { givenBackForMs: 0 }]) {
      const attempt = (await store.reports.node(job, node))?.attempt ?? 0
      const lease = await store.attempts.begin({ job, node, attempt }, 'one that stops')
      assert.ok(lease)
      await store.attempts.fail(lease, { code: 'internal', message: 'No.', retryable: true }, [], next)
    }
    return 2
  })
  assert.equal(status, 'succeeded')
})

for (const [what, code] of [
  ['disk', '53100'],
  ['memory', '53200'],
  ['connections', '53300'],
] as const)
  test(`a failure that finds no ${what} to be recorded is no death of a worker`, async () => {
    const clock = new FakeClock()
    const environment = clock.process()
    const memory = memoryStore({ environment, leaseMs: 5000 })
    let full = 8
    const store: Store = {
      ...memory,
      attempts: {
        ...memory.attempts,
        fail: async (...failure) => {
          if (full-- > 0) throw databaseError(Object.assign(new Error('No space left on device'), { code }))
          return memory.attempts.fail(...failure)
        },
      },
    }
    const host = new Notebooks()
    const pieces = [
      pieceOf('piece', async () => {
        throw new PieceworkError('atlas/away', 'The atlas was away.')
      }),
    ]
    const packs = [{ ...host.pack(), pieces }]
    const piecework = createPiecework({ packs, store, environment, runtime: fakeRuntime(environment) })
    await piecework.start()
    const { id } = await piecework.export({ resource: host.add('b1', 'Birds', ['wren']), principal: ann })
    await clock.pass(60_000)
    const job = await store.jobs.get(id)
    assert.deepEqual(
      [job?.status, job?.error?.code, job?.error?.message],
      ['failed', 'atlas/away', 'The atlas was away.'],
    )
    await piecework.stop()
  })

/** The job after workers have died at its node; `before` resolves to the attempt that they died at. */
async function afterDeaths(
  crashes: number,
  before: (store: Store, job: string) => Promise<number> = async () => 1,
) {
  const clock = new FakeClock()
  const environment = clock.process()
  const host = new Notebooks()
  const store = memoryStore({ environment, leaseMs: 5000 })
  const packs = [{ ...host.pack(), pieces: [pieceOf('piece', async () => undefined)] }]
  const piecework = createPiecework({ packs, store, environment, runtime: fakeRuntime(environment) })
  const { id } = await piecework.export({ resource: host.add('b1', 'Birds', ['wren']), principal: ann })
  const attempt = await before(store, id)
  for (let death = 0; death < crashes; death++) {
    assert.ok(await store.attempts.begin({ job: id, node, attempt }, 'one that dies'))
    await clock.pass(6000)
  }
  await piecework.start()
  await clock.pass(60_000)
  await piecework.stop()
  return (await store.jobs.get(id)) ?? assert.fail()
}

const unawaited = (host: Notebooks, text: AsyncIterable<Uint8Array>, rows: number) =>
  host.lines('notebook', {
    exporter: {
      export: async ({ write }) => {
        void write('lines.csv', text, () => rows)
        return { rows }
      },
    },
  })

test('an exporter that does not wait for write() exports all of it', async () => {
  const late = async function* () {
    await sleep(20)
    yield* bytes('text\nwren\n')
  }
  await withPiecework(
    (host) => ({ ...host.pack(), pieces: [unawaited(host, late(), 1)] }),
    async (piecework, { host }) => {
      const resource = host.add('b1', 'Birds', ['wren'])
      const { job, nodes } = await (await piecework.export({ resource, principal: ann })).ended()
      assert.equal(job.outcome, 'succeeded')
      assert.equal(nodes.find(({ task }) => task === 'export')?.counts?.rows, 1)
    },
  )
})

test('an exporter that does not wait for write(), which fails, fails its job and not the process', async () => {
  const broken = async function* () {
    yield* bytes('text\n')
    await sleep(5)
    throw new PieceworkError('internal', 'Torn.')
  }
  await withPiecework(
    (host) => ({ ...host.pack(), pieces: [unawaited(host, broken(), 0)] }),
    async (piecework, { host }) => {
      const resource = host.add('b1', 'Birds', ['wren'])
      const { job } = await (await piecework.export({ resource, principal: ann })).ended()
      assert.equal(job.error?.message, 'Torn.')
    },
    { maxAttempts: 1 },
  )
})

test.run()
