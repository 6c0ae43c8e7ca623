import assert from 'node:assert/strict'
import { setTimeout as sleep } from 'node:timers/promises'
import { isPieceworkError, type Task } from '@piecework/core/store'
import { type RedisRuntimeOptions, redisRuntime } from '@piecework/runtime-redis'
import { needsRedisServer, type RedisServer, redisServer } from '@piecework/test-support'
import { suite } from 'uvu'

const test = needsRedisServer(suite('runtime: Redis that goes away'))
let server: RedisServer

test.before.each(async () => {
  server = await redisServer()
})
test.after.each(() => server.remove())

const task = (node: string): Task => ({ job: 'job', node, attempt: 1 })
const runtimeWith = (reported: unknown[], options: Partial<RedisRuntimeOptions> = {}) =>
  redisRuntime({ connection: server.url, onError: (error) => reported.push(error), ...options })
const unavailable = (error: unknown) => isPieceworkError(error, 'redis/unavailable') && error.retryable

/** Submits until Redis takes it. */
async function insist(submit: () => Promise<void>): Promise<void> {
  for (;;) {
    try {
      return await submit()
    } catch (error) {
      if (!unavailable(error)) throw error
      await sleep(50)
    }
  }
}

test('a submit is refused as long as Redis is away, then accepted; workers come back by themselves; an outage is reported once', async () => {
  const reported: unknown[] = []
  const runtime = runtimeWith(reported)
  const seen: string[] = []
  await runtime.start(async ({ node }) => void seen.push(node))
  await runtime.submit([task('before')])
  while (seen.length < 1) await sleep(10)
  await server.kill()
  for (let count = 0; count < 5; count++) {
    await assert.rejects(runtime.submit([task('away')]), unavailable)
    await sleep(100)
  }
  await server.start()
  await insist(() => runtime.submit([task('after')]))
  while (!seen.includes('after')) await sleep(10)
  await runtime.stop()
  assert.ok(
    reported.length > 0 && reported.length <= 4,
    `${reported.length}: ${reported.map(String).join('\n')}`,
  )
})

test('one truth: what Redis forgets can be submitted again, while the task that it held runs', async () => {
  const reported: unknown[] = []
  const runtime = runtimeWith(reported, { perJob: 1 })
  const seen: string[] = []
  let release: (() => void) | undefined
  await runtime.start(async ({ node }) => {
    seen.push(node)
    if (node === 'long') await new Promise<void>((resolve) => (release = resolve))
  })
  await runtime.submit([task('long'), task('short')])
  while (!release) await sleep(10)
  // So that its slot ends with it.
  await sleep(150)
  await server.flushAll()
  await runtime.submit([task('short')])
  while (!seen.includes('short')) await sleep(10)
  release()
  await sleep(100)
  await runtime.submit([task('later')])
  while (!seen.includes('later')) await sleep(10)
  await runtime.stop()
  assert.deepEqual(seen, ['long', 'short', 'later'])
  assert.deepEqual(reported, [])
})

test('a start that finds no Redis is refused, and can be tried again', async () => {
  const runtime = runtimeWith([])
  const seen: string[] = []
  const handle = async ({ node }: Task) => void seen.push(node)
  await server.kill()
  await assert.rejects(runtime.start(handle), unavailable)
  await assert.rejects(runtime.submit([task('a')]), unavailable)
  await server.start()
  await insist(() => runtime.start(handle))
  await insist(() => runtime.submit([task('a')]))
  while (seen.length < 1) await sleep(10)
  await runtime.stop()
  assert.deepEqual(seen, ['a'])
})

test('a Redis that does not answer refuses a submit within seconds', async () => {
  const runtime = runtimeWith([])
  await runtime.start(async () => {})
  server.freeze()
  await assert.rejects(runtime.submit([task('a')]), unavailable)
  server.thaw()
  await runtime.stop()
})

for (const away of ['kill', 'freeze'] as const) {
  test(`stop ends what runs and closes everything while Redis is away (${away})`, async () => {
    const runtime = runtimeWith([])
    let [begun, aborted] = [0, 0]
    await runtime.start((_, signal) => {
      begun++
      return new Promise((resolve) =>
        signal.addEventListener('abort', () => {
          aborted++
          resolve()
        }),
      )
    })
    await runtime.submit([task('a'), task('b')])
    while (begun < 2) await sleep(10)
    await server[away]()
    await runtime.stop({ drainMs: 50 })
    assert.equal(aborted, 2)
  })
}

test.run()
