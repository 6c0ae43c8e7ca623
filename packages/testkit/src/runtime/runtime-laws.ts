import assert from 'node:assert/strict'
import { setTimeout as sleep } from 'node:timers/promises'
import {
  check,
  checkOptions,
  type OptionChecks,
  type Runtime,
  required,
  type Task,
} from '@piecework/core/store'
import { gate } from '../gate.js'
import { type LawTest, type Patience, patience } from '../law.js'
import { linked } from '../linked.js'
import { refuses } from '../refuses.js'
import { within } from '../within.js'
import { recorder } from './recorder.js'

export interface RuntimeLawsOptions extends Patience {
  /** A runtime that nothing else uses, not started. The laws stop it. */
  make(): Runtime | Promise<Runtime>
}

const lawChecks: OptionChecks<RuntimeLawsOptions> = { make: required(check.func()), patienceMs: check.wait }

/** Laws of a `Runtime`. It may run a task late, or twice after a crash; here nothing crashes. */
export function runtimeLaws(runner: LawTest, options: RuntimeLawsOptions): void {
  const test = linked(runner)
  checkOptions('runtimeLaws()', options, lawChecks)
  const ms = patience(options)
  const using = async (law: (runtime: Runtime) => Promise<void>): Promise<void> => {
    const runtime = await options.make()
    try {
      await law(runtime)
    } finally {
      await within(ms, 'stop after the law', runtime.stop())
    }
  }

  test('one truth: what is submitted before start is kept until then, and runs', () =>
    using(async (runtime) => {
      const { seen, handle, until } = recorder(ms)
      await within(ms, 'submit before start', runtime.submit(tasks(3)))
      await sleep(20)
      await runtime.start(handle)
      await until(3)
      assert.deepEqual(sorted(seen), tasks(3))
    }))

  test('one truth: every task runs, with its ids as they were, and without a crash once', () =>
    using(async (runtime) => {
      const { seen, handle, until } = recorder(ms)
      await runtime.start(handle)
      const all = tasks(60)
      await Promise.all([
        runtime.submit(all.slice(0, 40)),
        ...all.slice(40).map((task) => runtime.submit([task])),
      ])
      await until(60)
      await sleep(50)
      assert.deepEqual(sorted(seen), all)
    }))

  test('one truth: a task that has run can be submitted again and runs again, for the sweep does so', () =>
    using(async (runtime) => {
      const { handle, until } = recorder(ms)
      await runtime.start(handle)
      const [task] = tasks(1)
      for (const count of [1, 2, 3]) {
        await runtime.submit(task ? [task] : [])
        await until(count)
      }
    }))

  test('one truth: a handler that fails stops neither the others nor its own next try', () =>
    using(async (runtime) => {
      const { handle, until } = recorder(ms)
      await runtime.start(async (task, signal) => {
        await handle(task, signal)
        if (task.node === 'node-00') throw new Error('the law lets this handler fail')
      })
      await runtime.submit(tasks(3))
      await until(3)
      await runtime.submit(tasks(1))
      await until(4)
    }))

  test('submit resolves when tasks are accepted, not when they have run', () =>
    using(async (runtime) => {
      const { opened, open } = gate()
      await runtime.start(() => opened)
      try {
        await within(ms, 'submit', runtime.submit(tasks(1)))
      } finally {
        open()
      }
    }))

  test('order: tasks run side by side', () =>
    using(async (runtime) => {
      const met = [gate(), gate()]
      const { handle, until } = recorder(ms)
      await runtime.start(async (task, signal) => {
        const [own, other] = task.node === 'node-00' ? met : [met[1], met[0]]
        own?.open()
        await other?.opened
        await handle(task, signal)
      })
      try {
        await runtime.submit(tasks(2))
        await until(2)
      } finally {
        for (const one of met) one.open()
      }
    }))

  test('a delayed task runs, and not before its delay', () =>
    using(async (runtime) => {
      const { seen, handle, until } = recorder(ms)
      const endedAt: number[] = []
      await runtime.start(async (task, signal) => {
        endedAt.push(performance.now())
        await handle(task, signal)
      })
      const [first, delayed, direct] = tasks(3) as [Task, Task, Task]
      const delayMs = await longerThan(async () => {
        await runtime.submit([first])
        await until(1)
      })
      const submittedAt = performance.now()
      await runtime.submit([delayed], { delayMs })
      await runtime.submit([direct])
      await until(3)
      assert.deepEqual(seen, [first, direct, delayed])
      // Timers and other clocks round to whole milliseconds.
      assert.ok(
        (endedAt[2] ?? 0) - submittedAt >= delayMs - 5,
        'the delayed task ran before its delay was over',
      )
    }))

  test('stop waits for what runs, without aborting it while it may drain', () =>
    using(async (runtime) => {
      const { opened, open } = gate()
      const begun = gate()
      const ends: boolean[] = []
      await runtime.start(async (_task, signal) => {
        begun.open()
        await opened
        ends.push(signal.aborted)
      })
      await runtime.submit(tasks(1))
      await within(ms, 'start of the task', begun.opened)
      let hasStopped = false
      const stopped = runtime.stop({ drainMs: ms }).then(() => {
        hasStopped = true
      })
      await Promise.race([stopped, sleep(longerThanStop)])
      const waited = !hasStopped
      open()
      await within(ms, 'stop', stopped)
      assert.ok(waited, 'stop resolved while a handler was running')
      assert.deepEqual(ends, [false])
    }))

  test('stop aborts what still runs after drainMs, and waits for it to end', () =>
    using(async (runtime) => {
      const [begun, stopped] = [gate(), gate()]
      let ended = false
      await runtime.start(async (_task, signal) => {
        begun.open()
        await aborted(signal, ms)
        await Promise.race([stopped.opened, sleep(longerThanStop)])
        ended = true
      })
      await runtime.submit(tasks(1))
      await within(ms, 'start of the task', begun.opened)
      await within(ms + longerThanStop, 'stop', runtime.stop({ drainMs: 10 }))
      const waited = ended
      stopped.open()
      assert.ok(waited, 'stop resolved while a handler was running')
    }))

  test('after stop nothing starts, and submit is refused with `stopped`', () =>
    using(async (runtime) => {
      const { seen, handle, until } = recorder(ms)
      await runtime.start(handle)
      const [first, ...others] = tasks(3) as [Task, Task, Task]
      const delayMs = await longerThan(async () => {
        await runtime.submit([first])
        await until(1)
      })
      await runtime.submit(others, { delayMs })
      await runtime.stop()
      await refuses('submit after stop', () => runtime.submit(tasks(1)), 'stopped')
      await sleep(delayMs + 50)
      assert.deepEqual(seen, [first])
    }))

  test('stop can be called before start, and more than once', async () => {
    const never = await options.make()
    await within(ms, 'stop before start', never.stop())
    const started = await options.make()
    await started.start(async () => {})
    await within(ms, 'two stops', Promise.all([started.stop(), started.stop({ drainMs: 1 })]))
    await within(ms, 'a third stop', started.stop())
  })
}

/** Milliseconds in which a runtime stops that waits for nothing. */
const longerThanStop = 500

/** A delay that a machine as busy as this one can tell from none: `work` takes far less. */
async function longerThan(work: () => Promise<void>): Promise<number> {
  const begun = performance.now()
  await work()
  return Math.ceil(150 + 10 * (performance.now() - begun))
}

/** `count` tasks, sorted. */
function tasks(count: number): Task[] {
  return Array.from({ length: count }, (_, index) => ({
    job: 'job',
    node: `node-${String(index).padStart(2, '0')}`,
    attempt: 1,
  }))
}

const sorted = (seen: readonly Task[]): Task[] => [...seen].sort((a, b) => (a.node < b.node ? -1 : 1))

function aborted(signal: AbortSignal, ms: number): Promise<void> {
  if (signal.aborted) return Promise.resolve()
  return within(
    ms,
    'the signal to be aborted',
    new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true })),
  )
}
