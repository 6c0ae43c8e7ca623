import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createPiecework, memoryArtifacts, memoryStore, type ResourceKind } from '@piecework/core'
import type { Runtime } from '@piecework/core/store'
import { inProcess } from '@piecework/runtime-inprocess'
import { suite } from 'uvu'
import { ann, keys, Notebooks, withPiecework } from '../support/notebooks.js'
import { deaf, pieceOf } from '../support/slow.js'

const test = suite('engine: time limits')

const waiting = pieceOf('waiting', async ({ signal }) => {
  if (!signal.aborted) await once(signal, 'abort')
})

test('a piece that takes too long is stopped, and its job fails with the piece and its limit', async () => {
  let begun = 0
  const piece = pieceOf('long', async ({ signal, write }) => {
    begun += 1
    await write('notes.txt', Buffer.from('half of it'))
    if (!signal.aborted) await once(signal, 'abort')
  })
  await withPiecework(
    (host) => ({ ...host.pack(), pieces: [piece] }),
    async (piecework, { host, artifacts }) => {
      const resource = host.add('b1', 'Birds', ['wren'])
      const { job, nodes } = await (await piecework.export({ resource, principal: ann })).ended()
      assert.deepEqual([job.status, job.error?.code, job.error?.retryable], ['failed', 'timeout', true])
      const message = job.error?.message ?? ''
      assert.match(message, /piece work\/long of notebook b1 .* 100 ms; .*rolled back/)
      assert.doesNotMatch(message, /did not end/)
      assert.equal(begun, 1)
      assert.deepEqual(nodes.map(({ status }) => status).sort(), ['done', 'failed', 'skipped'])
      assert.deepEqual(await keys(artifacts, 'jobs'), [])
      assert.deepEqual(await piecework.guard.holders(resource, { principal: ann }), [])
    },
    { nodeTimeoutMs: 100 },
  )
})

test('one truth: a piece that does not look at its signal is given up, and cannot end well any more', async () => {
  const hung = deaf()
  await withPiecework(
    (host) => ({ ...host.pack(), pieces: [pieceOf('hung', hung.work)] }),
    async (piecework, { host }) => {
      const resource = host.add('b1', 'Birds', ['wren'])
      const handle = await piecework.export({ resource, principal: ann })
      const { job } = await handle.ended()
      assert.equal(job.error?.code, 'timeout')
      assert.match(job.error?.message ?? '', /did not end when it was aborted/)
      hung.end()
      await new Promise((resolve) => setTimeout(resolve, 20))
      const { job: later, nodes } = await piecework.job(handle.id, { principal: ann })
      assert.deepEqual(later, job)
      assert.equal(nodes[0]?.status, 'failed')
    },
    { nodeTimeoutMs: 20, graceMs: 20 },
  )
})

test('nothing half-made: a cancel ends a job also where a piece does not look at its signal; a stop ends too', async () => {
  const hung = deaf()
  await withPiecework(
    (host) => ({ ...host.pack(), pieces: [pieceOf('hung', hung.work)] }),
    async (piecework, { host }) => {
      const resource = host.add('b1', 'Birds', ['wren'])
      const handle = await piecework.export({ resource, principal: ann })
      await hung.begun
      await handle.cancel()
      assert.equal((await handle.ended()).job.status, 'cancelled')
      await piecework.export({ resource, principal: ann })
    },
    { graceMs: 20 },
  )
  hung.end()
})

test('a last step that hangs is tried again', async () => {
  const hung = deaf()
  let asked = 0
  const report = await withPiecework(
    (host) => {
      const [kind, ...others] = host.pack().kinds ?? []
      assert.ok(kind?.shell)
      const { shell } = kind
      const ready: NonNullable<ResourceKind['shell']>['ready'] = async (ref, tx) => {
        asked += 1
        if (asked === 1) await hung.work()
        await shell.ready(ref, tx)
      }
      return { ...host.pack(), kinds: [{ ...kind, shell: { ...shell, ready } }, ...others] }
    },
    async (piecework, { host }) => {
      const resource = host.add('b1', 'Birds', ['wren'])
      return (await piecework.clone({ resource, principal: ann })).ended()
    },
    { nodeTimeoutMs: 500, graceMs: 20 },
  )
  hung.end()
  assert.deepEqual([report.job.status, asked], ['succeeded', 2])
})

test('one truth: a job past its time fails: what runs is stopped, and nothing of it is left', async () => {
  await withPiecework(
    (host) => ({ ...host.pack(), pieces: [...(host.pack().pieces ?? []), waiting] }),
    async (piecework, { host, artifacts }) => {
      const resource = host.add('b1', 'Birds', ['wren'])
      const { job } = await (await piecework.export({ resource, principal: ann })).ended()
      assert.deepEqual([job.status, job.error?.code, job.stopped], ['failed', 'timeout', true])
      assert.match(job.error?.message ?? '', /export was stopped because its time limit of 50 ms/)
      assert.ok(job.deadline)
      assert.deepEqual(await keys(artifacts, 'archives'), [])
      assert.deepEqual(await piecework.guard.holders(resource, { principal: ann }), [])
    },
    { jobTimeoutMs: 50, sweepMs: 10, heartbeatMs: 10 },
  )
})

test('one truth: the time of a job passes also where one of its pieces has failed and another one hangs', async () => {
  const failing = pieceOf('failing', () => Promise.reject(new Error('no')))
  await withPiecework(
    (host) => ({ ...host.pack(), pieces: [failing, waiting] }),
    async (piecework, { host }) => {
      const resource = host.add('b1', 'Birds', ['wren'])
      const { job } = await (await piecework.export({ resource, principal: ann })).ended()
      assert.deepEqual([job.status, job.error?.code], ['failed', 'internal'])
      assert.match(
        job.error?.message ?? '',
        /work\/failing" of notebook b1 failed unexpectedly\. .* time limit of 100 ms/,
      )
      assert.deepEqual(await piecework.guard.holders(resource, { principal: ann }), [])
    },
    { jobTimeoutMs: 100, sweepMs: 10, heartbeatMs: 10 },
  )
})

for (const how of ['refuses every task', 'does not answer']) {
  test(`one truth: the time of a job passes also while the runtime ${how}`, async () => {
    const silent = deaf()
    const submit = how === 'does not answer' ? silent.work : () => Promise.reject(new Error('away'))
    const away: Runtime = { ...inProcess(), submit }
    await withPiecework(
      (host) => host.pack(),
      async (piecework, { host }) => {
        piecework.events.on('error', () => undefined)
        const resource = host.add('b1', 'Birds', ['wren'])
        const { id } = await piecework.export({ resource, principal: ann })
        for await (const { job } of piecework.watch(id, { principal: ann })) {
          if (job.outcome === undefined) continue
          assert.equal(job.error?.code, 'timeout')
          break
        }
        silent.end()
      },
      { jobTimeoutMs: 80, sweepMs: 10, resubmitAfterMs: 1, runtime: away },
    )
  })
}

test('one truth: the time of a job that waits for room passes too', async () => {
  await withPiecework(
    (host) => ({ ...host.pack(), pieces: [waiting] }),
    async (piecework, { host }) => {
      const [one, two] = ['b1', 'b2'].map((id) => host.add(id, id, []))
      assert.ok(one && two)
      const first = await piecework.export({ resource: one, principal: ann })
      const second = await piecework.export({ resource: two, principal: ann })
      const [{ job }, { job: late, nodes }] = [await first.ended(), await second.ended()]
      assert.deepEqual([job.error?.code, late.error?.code], ['timeout', 'timeout'])
      assert.ok(late.throttled || nodes.some(({ startedAt }) => startedAt))
    },
    { jobTimeoutMs: 60, sweepMs: 10, heartbeatMs: 10, perPrincipal: { jobs: 1, whenFull: 'wait' } },
  )
})

test('one truth: any process ends a job past its time whose worker is gone or hangs', async () => {
  const host = new Notebooks()
  const parts = { packs: [{ ...host.pack(), pieces: [waiting] }], artifacts: memoryArtifacts() }
  const store = memoryStore({ leaseMs: 60 })
  const options = { ...parts, store, jobTimeoutMs: 30, sweepMs: 10, heartbeatMs: 10 }
  const asking = createPiecework({ ...options, runtime: inProcess() })
  const handle = await asking.export({ resource: host.add('b1', 'Birds', []), principal: ann })
  // Another process has begun it, and is not heard of any more.
  const lost = await store.attempts.begin(
    { job: handle.id, node: 'export notebook:b1 work/waiting', attempt: 1 },
    'another process',
  )
  assert.ok(lost)
  const other = createPiecework({ ...options, runtime: inProcess() })
  await other.start()
  try {
    assert.deepEqual((await handle.ended()).job.error?.code, 'timeout')
    await assert.rejects(
      store.attempts.run(lost, async () => ({})),
      /taken over/,
    )
  } finally {
    await other.stop()
  }
})

test.run()
