import assert from 'node:assert/strict'
import { memoryStore } from '@piecework/core'
import type { Store, Task } from '@piecework/core/store'
import { suite } from 'uvu'
import { SingleFlight } from '#internal/engine/single-flight.js'
import { TaskSweep } from '#internal/engine/task-sweep.js'

const test = suite('engine: sweeps')

test('overdue tasks that the runtime has refused are submitted by the next sweep: the store reports them once', async () => {
  const overdue: Task[][] = [[{ job: 'j', node: 'a', attempt: 1 }], [{ job: 'j', node: 'b', attempt: 1 }]]
  const memory = memoryStore()
  const store: Store = {
    ...memory,
    attempts: { ...memory.attempts, overdue: async () => overdue.shift() ?? [] },
  }
  let isAway = true
  const submitted: string[] = []
  const sweep = new TaskSweep({
    store,
    runtime: {
      start: async () => undefined,
      stop: async () => undefined,
      submit: async (tasks) => {
        if (isAway) throw new Error('away')
        submitted.push(...tasks.map(({ node }) => node))
      },
    },
  })
  await assert.rejects(sweep.run(new Date()), /away/)
  isAway = false
  await sweep.run(new Date())
  assert.deepEqual(submitted, ['a'])
  await sweep.run(new Date())
  assert.deepEqual(submitted, ['a', 'b'])
})

test('one run at a time: those who ask meanwhile wait for it, and one that failed is no obstacle', async () => {
  const flight = new SingleFlight()
  let [runs, end]: [number, () => void] = [0, () => undefined]
  const work = () => {
    runs += 1
    return new Promise<void>((resolve) => {
      end = resolve
    })
  }
  const both = [flight.run(work), flight.run(work)]
  let isIdle = false
  const idle = flight.idle().then(() => {
    isIdle = true
  })
  await new Promise(setImmediate)
  assert.equal(isIdle, false)
  end()
  await Promise.all([...both, idle])
  assert.equal(runs, 1)
  await assert.rejects(flight.run(() => Promise.reject(new Error('no'))))
  const again = flight.run(work)
  end()
  await again
  assert.equal(runs, 2)
})

test.run()
