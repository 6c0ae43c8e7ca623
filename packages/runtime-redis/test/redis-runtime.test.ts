import assert from 'node:assert/strict'
import { setTimeout as sleep } from 'node:timers/promises'
import { isPieceworkError, type Runtime, type Task } from '@piecework/core/store'
import { redisRuntime } from '@piecework/runtime-redis'
import { Queue } from 'bullmq'
import { Redis } from 'ioredis'
import { suite } from 'uvu'
import { needsRedis, redisUrl, uniqueQueue } from './support/redis.js'
import { until } from './support/until.js'

const test = needsRedis(suite('runtime: Redis, on its own'))
const task = (node: string, job = 'job'): Task => ({ job, node, attempt: 1 })
const tasks = (count: number, job?: string): Task[] =>
  Array.from({ length: count }, (_, index) => task(`${index}`, job))

/** Counts what runs at once, over all that share it. */
function crowd() {
  const crowd = { now: 0, most: 0, ended: 0 }
  const handle = async (): Promise<void> => {
    crowd.now += 1
    crowd.most = Math.max(crowd.most, crowd.now)
    await sleep(5)
    crowd.now -= 1
    crowd.ended += 1
  }
  return Object.assign(crowd, { handle })
}

test('as many tasks run at once in a process as concurrency says', async () => {
  const runtime = redisRuntime({ connection: redisUrl, queue: uniqueQueue(), concurrency: 3 })
  const all = crowd()
  await runtime.submit([...tasks(30, 'a'), ...tasks(30, 'b')])
  await runtime.start(all.handle)
  await until(() => all.ended === 60)
  await runtime.stop()
  assert.equal(all.most, 3)
})

test('as many tasks of one job run at once as perJob says, in all processes together; other jobs run beside it', async () => {
  const queue = uniqueQueue()
  const both = [1, 2].map(() => redisRuntime({ connection: redisUrl, queue, concurrency: 8, perJob: 3 }))
  const [one, other] = [crowd(), crowd()]
  const everything = crowd()
  for (const runtime of both) {
    await runtime.start(async ({ job }) => {
      await Promise.all([everything.handle(), (job === 'one' ? one : other).handle()])
    })
  }
  await Promise.all(both.map((runtime) => runtime.submit([...tasks(100, 'one'), ...tasks(100, 'other')])))
  await until(() => one.ended >= 100 && other.ended >= 100)
  await Promise.all(both.map((runtime) => runtime.stop()))
  assert.deepEqual([one.most, other.most], [3, 3])
  assert.ok(everything.most > 3, `${everything.most} at once`)
})

test('tasks that come one by one run side by side, from whichever process they come', async () => {
  const queue = uniqueQueue()
  const submitters = [1, 2, 3, 4].map(() => redisRuntime({ connection: redisUrl, queue }))
  const worker = redisRuntime({ connection: redisUrl, queue, concurrency: 12 })
  let begun = 0
  let release = (): void => {}
  const released = new Promise<void>((resolve) => {
    release = resolve
  })
  await worker.start(async () => {
    begun += 1
    await released
  })
  await Promise.all(tasks(12).map((one, index) => submitters[index % 4]?.submit([one])))
  await until(() => begun === 12)
  release()
  await Promise.all([...submitters, worker].map((runtime) => runtime.stop()))
})

test('a task that waits is not added again', async () => {
  const runtime = redisRuntime({ connection: redisUrl, queue: uniqueQueue() })
  const seen: string[] = []
  for (let count = 0; count < 3; count++) await runtime.submit(tasks(20))
  await runtime.submit([task('end')], { delayMs: 100 })
  await runtime.start(async ({ node }) => void seen.push(node))
  await until(() => seen.includes('end'))
  await runtime.stop()
  assert.equal(seen.length, 21)
})

test('ids of any kind come back as they were', async () => {
  const ids = ['a:b', 'ü 日本', '*', '%2A', '{x}', 'a-1', 'with space', '1', 'import project:1 a/b']
  const given = ids.flatMap((job) => ids.map((node) => ({ job, node, attempt: 7 })))
  const runtime = redisRuntime({ connection: redisUrl, queue: uniqueQueue() })
  const seen: Task[] = []
  await runtime.start(async (one) => void seen.push(one))
  await runtime.submit(given)
  await until(() => seen.length >= given.length)
  await runtime.stop()
  const sorted = (list: readonly Task[]) =>
    list.map((one) => JSON.stringify([one.job, one.node, one.attempt])).sort()
  assert.deepEqual(sorted(seen), sorted(given))
})

test('stop gives back what has not begun: another process runs it', async () => {
  const queue = uniqueQueue()
  const total = 2000
  const ran: string[] = []
  const handle = async ({ node }: Task): Promise<void> => void ran.push(node)
  await redisRuntimeOf(queue, (first) => first.submit(tasks(total)))
  // Some are just being taken when it stops.
  for (let stops = 1; stops <= 3; stops++) {
    await redisRuntimeOf(queue, async (runtime) => {
      const before = ran.length
      await runtime.start(handle)
      await until(() => ran.length >= before + 50)
      await runtime.stop({ drainMs: 1000 })
      const stoppedAt = ran.length
      await sleep(20)
      assert.equal(ran.length, stoppedAt)
    })
  }
  assert.ok(ran.length < total, 'nothing was left to be given back')
  await redisRuntimeOf(queue, async (last) => {
    await last.start(handle)
    await until(() => ran.length >= total)
  })
  assert.equal(ran.length, total)
  assert.equal(new Set(ran).size, total)
})

async function redisRuntimeOf(queue: string, work: (runtime: Runtime) => Promise<void>): Promise<void> {
  const runtime = redisRuntime({ connection: redisUrl, queue, concurrency: 16 })
  try {
    await work(runtime)
  } finally {
    await runtime.stop()
  }
}

test('slots that were lost on their way are added again', async () => {
  const queue = uniqueQueue()
  let begun = 0
  let release = (): void => {}
  const released = new Promise<void>((resolve) => {
    release = resolve
  })
  await redisRuntimeOf(queue, async (runtime) => {
    await runtime.submit(tasks(8))
    const client = new Redis(redisUrl)
    const bullmq = new Queue(queue, { connection: client, prefix: '{piecework}' })
    const [, ...others] = await bullmq.getPrioritized()
    await Promise.all(others.map((slot) => slot.remove()))
    await bullmq.close()
    client.disconnect()
    assert.equal(others.length, 7)
    await runtime.start(async () => {
      begun += 1
      await released
    })
    await until(() => begun === 8)
    release()
  })
})

test('Redis keeps nothing of tasks that have run', async () => {
  const queue = uniqueQueue()
  const runtime = redisRuntime({ connection: redisUrl, queue })
  const seen: string[] = []
  await runtime.start(async ({ node }) => void seen.push(node))
  await runtime.submit(tasks(100))
  await runtime.submit([task('later')], { delayMs: 50 })
  const client = new Redis(redisUrl)
  const housekeeping = ['events', 'id', 'marker', 'meta', 'pc', 'stalled-check']
  // Slots that no task needs go by themselves.
  await until(async () => {
    const names = (await client.keys(`*${queue}*`)).map((key) => key.slice(key.lastIndexOf(':') + 1))
    return seen.length === 101 && names.every((name) => housekeeping.includes(name))
  })
  client.disconnect()
  await runtime.stop()
})

test("a host's own client is used and left open, whatever its settings", async () => {
  const client = new Redis(redisUrl)
  const listeners = client.listenerCount('error')
  const runtime = redisRuntime({ connection: client, queue: uniqueQueue() })
  const seen: string[] = []
  await runtime.start(async ({ node }) => void seen.push(node))
  await runtime.submit(tasks(3))
  await until(() => seen.length === 3)
  await runtime.stop()
  assert.equal(await client.ping(), 'PONG')
  assert.equal(client.listenerCount('error'), listeners)
  client.disconnect()
})

test('options that cannot work are refused', () => {
  const wrong = [
    ...[0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY].flatMap((count) => [
      { concurrency: count },
      { perJob: count },
    ]),
    { perJob: 1001 },
    { queue: '' },
    { queue: 'a:b' },
  ]
  for (const options of wrong) {
    assert.throws(
      () => redisRuntime({ connection: redisUrl, ...options }),
      (error) => isPieceworkError(error, 'options-invalid'),
      JSON.stringify(options),
    )
  }
})

for (const how of ['throws', 'rejects'])
  test(`a handler that fails is reported once with its task; a report that ${how} does no harm`, async () => {
    const reported: unknown[] = []
    const runtime = redisRuntime({
      connection: redisUrl,
      queue: uniqueQueue(),
      onError: (...about) => {
        reported.push(about)
        if (how === 'rejects') return Promise.reject(new Error('the report broke'))
        throw new Error('the report broke')
      },
    })
    const warnings: string[] = []
    const warned = ({ message }: Error): number => warnings.push(message)
    process.on('warning', warned)
    const failure = new Error('on purpose')
    await runtime.start(() => Promise.reject(failure))
    await runtime.submit([task('0')])
    await until(() => warnings.length > 0)
    process.off('warning', warned)
    await runtime.stop()
    assert.deepEqual(reported, [[failure, task('0')]])
    assert.deepEqual(warnings, ['the report broke'])
  })

test('a started runtime is not started again; a stopped one stays stopped', async () => {
  const runtime = redisRuntime({ connection: redisUrl, queue: uniqueQueue() })
  await runtime.start(async () => {})
  await assert.rejects(
    runtime.start(async () => {}),
    /already been started/,
  )
  await runtime.stop()
  await assert.rejects(
    runtime.start(async () => {}),
    (error) => isPieceworkError(error, 'stopped'),
  )
})

test.run()
