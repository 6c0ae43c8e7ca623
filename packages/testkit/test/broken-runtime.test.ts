import type { Runtime, Task } from '@piecework/core/store'
import { inProcess } from '@piecework/runtime-inprocess'
import { assertBreaks } from '@piecework/test-support'
import { runtimeLaws } from '@piecework/testkit'
import { suite } from 'uvu'

const test = suite('laws of runtimes can fail')
const make = (): Runtime => inProcess({ onError: () => {} })

/** What is changed, and the law that must see it. */
const broken: Record<string, [law: string, () => Runtime]> = {
  'loses a task': [
    'one truth: every task runs',
    () => submitting((tasks) => tasks.filter(({ node }) => node !== 'node-17')),
  ],
  'runs a task twice': [
    'one truth: every task runs',
    () => submitting((tasks) => [...tasks, ...tasks.slice(0, 1)]),
  ],
  'changes a task': [
    'one truth: every task runs',
    () => submitting((tasks) => tasks.map((task) => ({ ...task, attempt: 2 }))),
  ],
  'forgets what came before start': [
    'one truth: what is submitted before start',
    () => {
      const runtime = make()
      let started = false
      return {
        ...runtime,
        start: (handle) => {
          started = true
          return runtime.start(handle)
        },
        submit: async (...args) => (started ? runtime.submit(...args) : undefined),
      }
    },
  ],
  'runs a task once in its life': [
    'one truth: a task that has run can be submitted again',
    () => {
      const known = new Set<string>()
      return submitting((tasks) => tasks.filter(({ node }) => !known.has(node) && known.add(node)))
    },
  ],
  'stops at the first failure': [
    'one truth: a handler that fails stops neither the others',
    () => {
      const runtime = make()
      let failed = false
      return {
        ...runtime,
        start: (handle) =>
          runtime.start(async (task, signal) => {
            if (failed) return
            await handle(task, signal).catch(() => {
              failed = true
            })
          }),
      }
    },
  ],
  'answers when the task has run': [
    'submit resolves when tasks are accepted',
    () => {
      const runtime = make()
      let ended = Promise.resolve()
      return {
        ...runtime,
        start: (handle) => runtime.start((task, signal) => (ended = handle(task, signal))),
        submit: async (...args) => {
          await runtime.submit(...args)
          await ended
        },
      }
    },
  ],
  'runs one task after the other': ['order: tasks run side by side', () => inProcess({ concurrency: 1 })],
  'forgets the delay': [
    'a delayed task runs, and not before its delay',
    () => {
      const runtime = make()
      return { ...runtime, submit: (tasks) => runtime.submit(tasks) }
    },
  ],
  'stops without waiting': [
    'stop waits for what runs',
    () => {
      const runtime = make()
      return { ...runtime, stop: async (options) => void runtime.stop(options) }
    },
  ],
  'does not wait before it aborts': [
    'stop waits for what runs',
    () => {
      const runtime = make()
      return { ...runtime, stop: () => runtime.stop() }
    },
  ],
  'never aborts': [
    'stop aborts what still runs',
    () => {
      const runtime = make()
      const never = new AbortController().signal
      return { ...runtime, start: (handle) => runtime.start((task) => handle(task, never)) }
    },
  ],
  'takes tasks after stop': [
    'after stop nothing starts',
    () => {
      const runtime = make()
      return { ...runtime, submit: (...args) => runtime.submit(...args).catch(() => {}) }
    },
  ],
  'cannot be stopped twice': [
    'stop can be called before start, and more than once',
    () => {
      const runtime = make()
      let stops = 0
      return {
        ...runtime,
        stop: async (options) => {
          if (stops++ > 0) throw new Error('stopped already')
          await runtime.stop(options)
        },
      }
    },
  ],
}

function submitting(change: (tasks: readonly Task[]) => readonly Task[]): Runtime {
  const runtime = make()
  return { ...runtime, submit: (tasks, options) => runtime.submit(change(tasks), options) }
}

for (const [what, [law, breaks]] of Object.entries(broken)) {
  const name = `a runtime that ${what}`
  test(name, () =>
    assertBreaks(name, {
      law,
      broken: (collect) => runtimeLaws(collect, { make: breaks, patienceMs: 300 }),
      whole: (collect) => runtimeLaws(collect, { make }),
      sideBySide: 20,
    }),
  )
}

test.run()
