import assert from 'node:assert/strict'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Task } from '@piecework/core/store'
import { redisRuntime } from '@piecework/runtime-redis'
import { suite } from 'uvu'
import { needsRedis, redisUrl, uniqueQueue } from './support/redis.js'
import { until } from './support/until.js'

const test = needsRedis(suite('runtime: Redis, fairness'))
const tasksOf = (job: string, count: number): Task[] =>
  Array.from({ length: count }, (_, index) => ({ job, node: `${index}`, attempt: 1 }))

/**
 * Order in which jobs got their tasks run, by workers that are busy for some milliseconds with each. `begun`
 * waits until so many tasks have begun.
 */
async function orderOf(
  workers: number,
  concurrency: number,
  submit: (add: (tasks: Task[]) => Promise<void>, begun: (count: number) => Promise<void>) => Promise<number>,
) {
  const queue = uniqueQueue()
  const runtimes = Array.from({ length: workers }, () =>
    redisRuntime({ connection: redisUrl, queue, concurrency }),
  )
  const order: string[] = []
  for (const runtime of runtimes) {
    await runtime.start(async ({ job }) => {
      order.push(job)
      await sleep(4)
    })
  }
  const total = await submit(
    async (tasks) => runtimes[0]?.submit(tasks),
    (count) => until(() => order.length >= count),
  )
  await until(() => order.length >= total)
  await Promise.all(runtimes.map((runtime) => runtime.stop()))
  return order
}

test('a job of one task does not wait for one of a thousand that came before', async () => {
  const order = await orderOf(2, 4, async (add, begun) => {
    await add(tasksOf('large', 1000))
    await begun(100)
    await add(tasksOf('small', 1))
    return 1001
  })
  const begun = order.indexOf('small')
  assert.ok(begun < 400, `${begun} tasks of the large job came before`)
})

test('large jobs have equal shares, in whatever order they came', async () => {
  const order = await orderOf(2, 3, async (add) => {
    for (const job of ['a', 'b', 'c']) await add(tasksOf(job, 400))
    return 1200
  })
  // Until the first has ended, all have had about the same.
  const middle = order.slice(60, 600)
  for (const job of ['a', 'b', 'c']) {
    const share = middle.filter((one) => one === job).length / middle.length
    assert.ok(share > 0.2 && share < 0.47, `${job} had ${share}`)
  }
})

test('a stream of small jobs does not starve a large one', async () => {
  const runtime = redisRuntime({ connection: redisUrl, queue: uniqueQueue(), concurrency: 2 })
  const order: string[] = []
  let [large, small] = [0, 0]
  // Each small job that ends is followed by a new one: five are there at any time.
  const next = (): Promise<void> => runtime.submit(tasksOf(`small ${small++}`, 1))
  await runtime.start(async ({ job }) => {
    order.push(job)
    await sleep(4)
    if (job === 'large') large += 1
    else if (large < 100) await next()
  })
  await runtime.submit(tasksOf('large', 100))
  for (let count = 0; count < 5; count++) await next()
  await until(() => large === 100)
  await runtime.stop()
  assert.ok(small > 5 && small < 500, `${small} small jobs came before the end of the large one`)
})

test('of jobs that wait, those of higher priority run first, and equal ones in their order', async () => {
  const runtime = redisRuntime({ connection: redisUrl, queue: uniqueQueue(), concurrency: 1 })
  const order: string[] = []
  const priorities = [undefined, 1, 5, 0, 5, -1, 1000, 2 ** 31 - 1, -(2 ** 31)]
  for (const [index, priority] of priorities.entries()) {
    const tasks = tasksOf(`${index}`, 2).map((task) => ({
      ...task,
      ...(priority !== undefined && { priority }),
    }))
    await runtime.submit(tasks)
  }
  await runtime.start(async ({ job }) => void order.push(job))
  await until(() => order.length === 2 * priorities.length)
  await runtime.stop()
  const jobs = order.filter((job, index) => order.indexOf(job) === index)
  assert.deepEqual(jobs, ['7', '6', '2', '4', '1', '0', '3', '5', '8'])
})

test('an urgent job does not wait for the end of a large one', async () => {
  const order = await orderOf(2, 4, async (add, begun) => {
    await add(tasksOf('large', 1000))
    await begun(100)
    await add(tasksOf('urgent', 50).map((task) => ({ ...task, priority: 1 })))
    return 1050
  })
  const rest = order.slice(order.lastIndexOf('urgent'))
  assert.ok(rest.length > 500, `${order.length - rest.length} tasks came before the urgent job had ended`)
})

test.run()
