import assert from 'node:assert/strict'
import { setTimeout as sleep } from 'node:timers/promises'
import { suite } from 'uvu'
import { createEmitter } from '#internal/events.js'
import { ann, withPiecework } from '../support/notebooks.js'

const test = suite('events: listeners')

const broken = () => new Error('on purpose')
const deprecated = () => Object.assign(broken(), { name: 'DeprecationWarning' })

const fail = (): never => {
  throw broken()
}
const reject = (_: unknown, rejected: (error: Error) => void) => rejected(broken())
const thenable = (then: PropertyDescriptor, of: object = {}): object =>
  Object.defineProperty(of, 'then', then)

/** Each fails in its own way, and none may end the process or keep the next listener from its event. */
const failing: Readonly<Record<string, () => unknown>> = {
  throws: fail,
  rejects: async () => {
    throw broken()
  },
  'rejects later': async () => {
    await sleep(5)
    throw broken()
  },
  'gives a thenable that rejects': () => thenable({ value: reject }),
  'gives a thenable that throws': () => thenable({ value: fail }),
  'gives an object whose then cannot be read': () => thenable({ get: fail }),
  'gives a function with a then': () => thenable({ value: reject }, () => undefined),
  'throws nothing': () => {
    throw undefined
  },
  'throws what cannot be printed': () => {
    throw Object.create(null)
  },
  'throws a symbol': () => {
    throw Symbol('on purpose')
  },
  'throws a deprecation': () => {
    throw deprecated()
  },
  'rejects with what cannot be printed': () => Promise.reject(Object.create(null)),
}

for (const [name, listener] of Object.entries(failing)) {
  test(`a listener that ${name} harms neither the process nor the others`, async () => {
    const warnings = await warningsOf(async () => {
      const heard: string[] = []
      await withPiecework(
        (host) => host.pack(),
        async ({ events, ...piecework }, { host }) => {
          for (const event of ['job:created', 'job:status', 'node:started', 'node:done'] as const) {
            events.on(event, listener)
            events.once(event, listener)
            events.on(event, () => void heard.push(event))
          }
          const resource = host.add('b1', 'Birds', ['wren'])
          await (await piecework.export({ resource, principal: ann })).result()
        },
      )
      await sleep(10)
      assert.deepEqual([...new Set(heard)].sort(), ['job:created', 'job:status', 'node:done', 'node:started'])
    })
    assert.ok(warnings.length > 0, 'it is told')
  })
}

test('a listener of errors that fails does not become an error again', async () => {
  const warnings = await warningsOf(async () => {
    const events = createEmitter()
    events.on('error', () => Promise.reject(broken()))
    assert.ok(events.emit('error', new Error('of the sweep')))
    await sleep(5)
  })
  assert.deepEqual(warnings, ['on purpose'])
})

test('listeners are found and removed as they were given', () => {
  const events = createEmitter()
  const heard: unknown[] = []
  const listener = function (this: unknown, error: unknown) {
    heard.push([this, error])
  }
  const context = { of: 'the host' }
  events.on('error', listener, context).once('error', listener, context)
  assert.deepEqual(events.listeners('error'), [listener, listener])
  events.emit('error', 1)
  assert.deepEqual(heard, [
    [context, 1],
    [context, 1],
  ])
  assert.equal(events.listenerCount('error'), 1, 'the one that was for once is gone')
  events.off('error', listener)
  assert.equal(events.listenerCount('error'), 0)
  assert.throws(() => events.on('error', 'text' as never), TypeError)
})

test('what the code of a host throws is heard: by who listens, else as a warning, and by its name in the job', async () => {
  for (const listens of [false, true]) {
    const heard: unknown[] = []
    const warnings = await warningsOf(async () => {
      const { job } = await withPiecework(
        (host) => {
          const [kind, ...others] = host.pack().kinds ?? []
          assert.ok(kind?.shell)
          return { ...host.pack(), kinds: [{ ...kind, shell: { ...kind.shell, ready: fail } }, ...others] }
        },
        async (piecework, { host }) => {
          if (listens) piecework.events.on('node:failed', ({ cause }) => heard.push(cause))
          const resource = host.add('b1', 'Birds', ['wren'])
          return (await piecework.clone({ resource, principal: ann })).ended()
        },
      )
      const message = '"shell.ready" of the resource kind "notebook" failed unexpectedly.'
      assert.deepEqual([job.status, job.error?.code, job.error?.message], ['failed', 'internal', message])
    })
    assert.deepEqual([warnings, heard], listens ? [[], [broken()]] : [['on purpose'], []])
  }
})

test('what nobody listens to is a warning, the same again at its 1st, 2nd, 4th, 8th … time', async () => {
  const warnings = await warningsOf(async () => {
    const events = createEmitter()
    for (let i = 0; i < 20; i++) events.emit('error', new Error('the store is away'))
    events.emit('error', new Error('another one'))
    // Each is one of its own: what cannot be compared is not left out.
    for (let i = 0; i < 3; i++) events.emit('error', 'a text')
  })
  assert.deepEqual(warnings, [
    ...Array.from({ length: 5 }, () => 'the store is away'),
    'another one',
    ...Array.from({ length: 3 }, () => 'a text'),
  ])
})

async function warningsOf(work: () => Promise<void>): Promise<readonly string[]> {
  const warnings: string[] = []
  const warned = ({ message }: Error): number => warnings.push(message)
  process.on('warning', warned)
  try {
    await work()
    await sleep(1)
  } finally {
    process.off('warning', warned)
  }
  return warnings
}

test.run()
