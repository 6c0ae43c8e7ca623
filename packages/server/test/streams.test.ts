import assert from 'node:assert/strict'
import { setTimeout as sleep } from 'node:timers/promises'
import { type JobUpdate, memoryStore } from '@piecework/core'
import { suite } from 'uvu'
import { eventStream } from '#internal/events/event-stream.js'
import { preferWait } from '#internal/events/prefer-wait.js'
import { accepted, ended, problem } from './support/answers.js'
import { rawConnection, readAll } from './support/raw.js'
import { type Form, type World, withWorld } from './support/world.js'

const test = suite('streams of events')

async function held({ shelf, call }: World): Promise<{ readonly id: string; open(): void }> {
  let open: () => void = () => undefined
  shelf.gate = new Promise((resolve) => {
    open = resolve
  })
  const { id } = await accepted(await call('books/b1/export', { json: {} }))
  return { id, open }
}

test('a comment comes when nothing else does', () =>
  withWorld(
    'node',
    async (world) => {
      const { id, open } = await held(world)
      const response = await world.call(`jobs/${id}/events`)
      const reader = response.body?.getReader()
      let text = ''
      while ((text.match(/^: $/gm) ?? []).length < 4)
        text += Buffer.from((await reader?.read())?.value ?? new Uint8Array()).toString()
      assert.ok((text.match(/^event: job$/gm) ?? []).length < 4)
      open()
      await reader?.cancel()
      await ended(world, id)
    },
    { http: { limits: { heartbeatMs: 30 } } },
  ))

for (const form of ['node', 'hono', 'fastify'] as Form[])
  test(`stop() ends what is open, and lets nothing new begin (${form})`, () =>
    withWorld(form, async (world) => {
      const { id, open } = await held(world)
      const stream = await world.call(`jobs/${id}/events`)
      const polled = world.call(`jobs/${id}/events`, {
        headers: { prefer: 'wait=20', 'last-event-id': '999' },
      })
      const text = stream.text()
      await sleep(200)
      world.http.stop()
      assert.match(await text, /event: job/)
      assert.equal((await polled).status, 200)
      const late = await world.call(`jobs/${id}/events`)
      assert.equal(late.headers.get('retry-after'), '5')
      await problem(late, 503, 'http/stopping')
      assert.deepEqual(world.errors, [])
      open()
      await ended(world, id)
    }))

test('a stream that is not read holds one state, and the newest', async () => {
  let given = 0
  const updates: AsyncIterator<JobUpdate> = {
    next: async () => {
      given += 1
      return given > 5
        ? { done: true, value: undefined }
        : { done: false, value: { revision: given } as JobUpdate }
    },
  }
  const show = ({ revision }: JobUpdate) => ({ revision }) as never
  const stream = eventStream(updates, { heartbeatMs: 1000, known: undefined, show, end: () => undefined })
  const first = await stream.next()
  assert.equal(first.value, ': \n\n')
  await stream.next()
  await sleep(20)
  assert.ok(given <= 2, `${given} states were taken for one that was read`)
  const rest: string[] = []
  for await (const text of stream) rest.push(text)
  assert.equal(rest.length, 4)
})

test('a stream ends what it follows when it is left in the middle of a wait', async () => {
  let end: () => void = () => undefined
  let isEnded = false
  const waits = new Promise<void>((resolve) => {
    end = resolve
  })
  const updates = (async function* (): AsyncGenerator<JobUpdate> {
    yield { revision: 1 } as JobUpdate
    await waits
  })()
  const stream = eventStream(updates, {
    heartbeatMs: 1000,
    known: undefined,
    show: ({ revision }) => ({ revision }) as never,
    end: () => {
      isEnded = true
      end()
    },
  })
  await stream.next()
  await stream.next()
  await stream.return(undefined)
  assert.ok(isEnded)
})

test('all streams of a job in a process share one look at the store', () => {
  const store = memoryStore()
  let looks = 0
  const warnings: Error[] = []
  const warned = (warning: Error) => void warnings.push(warning)
  process.on('warning', warned)
  const reports = {
    ...store.reports,
    summary: (job: string) => {
      looks += 1
      return store.reports.summary(job)
    },
  }
  return withWorld(
    'node',
    async (world) => {
      const { id, open } = await held(world)
      const streams = Array.from({ length: 30 }, () =>
        world.call(`jobs/${id}/events`).then((one) => one.text()),
      )
      await sleep(700)
      // One for each that comes, and two or three a second for all of them.
      assert.ok(looks < 40, String(looks))
      open()
      for (const text of await Promise.all(streams)) assert.match(text, /"succeeded"/)
      process.off('warning', warned)
      assert.deepEqual(warnings, [])
    },
    { piecework: { store: { ...store, reports } } },
  )
})

test('HEAD of a stream is no stream', () =>
  withWorld('node', async (world) => {
    const { id, open } = await held(world)
    const before = world.piecework.events.listenerCount('job:status')
    const head = await world.call(`jobs/${id}/events`, { method: 'HEAD' })
    assert.equal(head.status, 200)
    assert.match(head.headers.get('content-type') ?? '', /^text\/event-stream/)
    for (let at = 0; at < 1000 && world.piecework.events.listenerCount('job:status') > before; at += 1)
      await sleep(10)
    assert.equal(world.piecework.events.listenerCount('job:status'), before)
    open()
    await ended(world, id)
    assert.equal(world.piecework.events.listenerCount('job:status'), 0)
  }))

test('a client that does not read holds nothing up', () =>
  withWorld('node', async (world) => {
    const { id, open } = await held(world)
    const socket = await rawConnection(world.port)
    socket.write(`GET /api/v1/jobs/${id}/events HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer ann\r\n\r\n`)
    await sleep(50)
    socket.pause()
    open()
    await ended(world, id)
    socket.resume()
    assert.match(await readAll(socket, '"succeeded"'), /"succeeded"/)
    socket.destroy()
  }))

test('a wait is as long as it is granted', () =>
  withWorld(
    'node',
    async (world) => {
      const { id, open } = await held(world)
      await sleep(150)
      const { revision } = (await (await world.call(`jobs/${id}`)).json()) as { revision: number }
      const headers = { prefer: 'wait=100', 'last-event-id': String(revision) }
      const polled = await world.call(`jobs/${id}/events`, { headers })
      assert.deepEqual([polled.status, polled.headers.get('preference-applied')], [200, 'wait=1'])
      await polled.text()
      open()
      await ended(world, id)
    },
    { http: { limits: { waitMs: 1000 } } },
  ))

test('a client that goes without having read ends what is followed for it', () =>
  withWorld('node', async (world) => {
    const { id, open } = await held(world)
    const { events } = world.piecework
    const before = events.listenerCount('job:status')
    const body = (await world.call(`jobs/${id}/events`)).body
    await sleep(700)
    await body?.cancel()
    for (let at = 0; at < 1000 && events.listenerCount('job:status') > before; at += 1) await sleep(10)
    assert.equal(events.listenerCount('job:status'), before)
    open()
    await ended(world, id)
  }))

test('stop() ends what has not begun to be sent', () =>
  withWorld('node', async ({ call, http, piecework, errors }) => {
    let isAsked = false
    Object.assign(piecework, {
      watch: async function* (_: string, { signal }: { signal: AbortSignal }) {
        isAsked = true
        yield* await new Promise<never[]>((_resolve, reject) => {
          signal.addEventListener('abort', () => reject(signal.reason))
        })
      },
    })
    const asked = call('jobs/any/events')
    while (!isAsked) await sleep(5)
    http.stop()
    await problem(await asked, 503, 'http/stopping')
    assert.deepEqual(errors, [])
  }))

test('Prefer: wait is found among other preferences', () => {
  const wait = (prefer: string) => preferWait(new Map([['prefer', prefer]]))
  assert.deepEqual(
    ['wait=20', 'respond-async, wait=5', 'Wait = "7"; x=1', 'wait', 'wait=-1', 'waiting=3', 'await=3'].map(
      wait,
    ),
    [20, 5, 7, undefined, undefined, undefined, undefined],
  )
  assert.equal(preferWait(new Map()), undefined)
})

test.run()
