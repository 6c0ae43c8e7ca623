import assert from 'node:assert/strict'
import { setTimeout as sleep } from 'node:timers/promises'
import { PieceworkError } from '@piecework/core'
import { draftViewModel } from '#internal/views/draft-views.js'
import {
  findingsModel,
  jobStateModel,
  stepPageModel,
  validationResultsModel,
} from '#internal/views/models.js'
import { accepted, answer, ended, exported, form, problem } from '../support/answers.js'
import { eventsOf } from '../support/events.js'
import type { World } from '../support/world.js'
import type { Case } from './case.js'

/** Runs while exports wait. */
async function held(world: World, use: (job: string, open: () => void) => Promise<void>): Promise<void> {
  const { shelf, call } = world
  await shelf.held(async (open) => {
    const { id } = await accepted(await call('books/b2/export', { json: {} }))
    await use(id, open)
    open()
    await ended(world, id)
  })
}

export const following: Readonly<Record<string, Case>> = {
  'a stream gives states until the job has ended, and ends': (world) =>
    held(world, async (id, open) => {
      const response = await world.call(`jobs/${id}/events`)
      assert.equal(response.status, 200)
      assert.match(response.headers.get('content-type') ?? '', /^text\/event-stream/)
      assert.equal(response.headers.get('x-accel-buffering'), 'no')
      assert.match(response.headers.get('cache-control') ?? '', /no-store/)
      const states: { readonly id: string; readonly status: string }[] = []
      for await (const { id: event, data, type } of eventsOf(response)) {
        const state = jobStateModel.parse(JSON.parse(data), 'The event')
        assert.deepEqual([type, event, state.job.id], ['job', String(state.revision), id])
        if (states.length === 0) open()
        states.push({ id: event, status: state.job.status })
      }
      assert.equal(states.at(-1)?.status, 'succeeded')
      const last = states.at(-1)?.id ?? ''
      const again = await world.call(`jobs/${id}/events`, { headers: { 'last-event-id': last } })
      assert.deepEqual([again.status, await again.text()], [204, ''])
      const older = await world.call(`jobs/${id}/events`, { headers: { 'last-event-id': '1' } })
      assert.match(await older.text(), new RegExp(`id: ${last}\n`))
    }),
  'a client that has the newest state gets the next one': (world) =>
    held(world, async (id, open) => {
      await sleep(150)
      const { revision } = await answer(await world.call(`jobs/${id}`), jobStateModel)
      const response = await world.call(`jobs/${id}/events`, {
        headers: { 'last-event-id': String(revision) },
      })
      setTimeout(open, 50)
      for await (const { id: event } of eventsOf(response)) assert.notEqual(event, String(revision))
    }),
  'the same address is polled: at once with what differs, and else when the time is over': (world) =>
    held(world, async (id, open) => {
      await sleep(150)
      const poll = (headers: Record<string, string>) => world.call(`jobs/${id}/events`, { headers })
      const first = await poll({ prefer: 'wait=20' })
      assert.equal(first.headers.get('preference-applied'), 'wait=20')
      const { revision } = await answer(first, jobStateModel)
      const began = performance.now()
      const known = { 'last-event-id': String(revision) }
      const same = await answer(await poll({ prefer: 'respond-async, wait=1', ...known }), jobStateModel)
      assert.equal(same.revision, revision)
      assert.ok(performance.now() - began >= 900)
      const waiting = poll({ prefer: 'wait=20', ...known })
      open()
      assert.notEqual((await answer(await waiting, jobStateModel)).revision, revision)
    }),
  'a client that goes ends what follows the job for it': (world) =>
    held(world, async (id) => {
      const { events } = world.piecework
      const before = events.listenerCount('job:status')
      const clients = await Promise.all(
        [1, 2, 3].map(async () => {
          const gone = new AbortController()
          const response = await world.call(`jobs/${id}/events`, { signal: gone.signal })
          await response.body?.getReader().read()
          return gone
        }),
      )
      assert.ok(events.listenerCount('job:status') > before, 'it is followed')
      for (const gone of clients) gone.abort()
      for (let at = 0; at < 100 && events.listenerCount('job:status') > before; at += 1) await sleep(10)
      assert.equal(events.listenerCount('job:status'), before)
    }),
  'steps and findings come in pages': async (world) => {
    const { call } = world
    const { id } = await exported(world)
    const all = await answer(await call(`jobs/${id}/steps`), stepPageModel)
    assert.ok(all.items.length >= 4 && all.next === undefined)
    const paged: string[] = []
    for (let after = ''; ; ) {
      const { items, next } = await answer(await call(`jobs/${id}/steps?limit=2${after}`), stepPageModel)
      assert.ok(items.length <= 2)
      paged.push(...items.map((step) => step.id))
      if (next === undefined) break
      after = `&after=${encodeURIComponent(next)}`
    }
    assert.deepEqual(
      paged,
      all.items.map((step) => step.id),
    )
    const { items, errors, firstStep } = await answer(await call(`jobs/${id}/findings`), findingsModel)
    assert.deepEqual([items, errors], [[], 0])
    assert.ok(firstStep.length > 0)
    await problem(await call(`jobs/${id}/steps?after=none`), 400, 'options-invalid')
  },
  'of what fails on this side, a job and its steps say the code and no more': async (world) => {
    const { call, shelf } = world
    const inner = 'ENOENT /srv/store/jobs/7/archive of table secrets'
    const cases = [
      [new Error(inner), 'internal'],
      [new PieceworkError('database', inner), 'database'],
      [new PieceworkError('storage', inner), 'storage'],
      [new PieceworkError('artifact-not-found', inner), 'artifact-not-found'],
    ] as const
    for (const [error, code] of cases) {
      const gate = Promise.reject(error)
      gate.catch(() => undefined)
      shelf.gate = gate
      try {
        const { id } = await accepted(await call('books/b2/export', { json: {} }))
        const job = await ended(world, id)
        assert.deepEqual([job.status, job.error?.code], ['failed', code])
        for (const path of ['', '/steps', '/events', '/findings']) {
          const text = await (await call(`jobs/${id}${path}`)).text()
          assert.ok(!/ENOENT|srv|secrets/.test(text), text)
        }
      } finally {
        shelf.gate = undefined
      }
    }
  },
  'of a validation that fails on this side, the results say no more': async (world) => {
    const { call, shelf } = world
    const { id } = await answer(
      await call('books/import/notes', { json: { name: 'Failing' } }),
      draftViewModel,
      201,
    )
    const at = `books/import/notes/${id}`
    await call(`${at}/data-file`, { method: 'POST', body: form({ role: 'text' }, 'one', 'text.txt') })
    for (const retryable of [true, false]) {
      const gate = Promise.reject(new PieceworkError('storage', 'ENOENT /srv/store', { retryable }))
      gate.catch(() => undefined)
      shelf.gate = gate
      try {
        const validation = await accepted(await call(`${at}/validate`, { json: {} }))
        assert.equal((await ended(world, validation.id)).error?.code, 'storage')
      } finally {
        shelf.gate = undefined
      }
      const results = await answer(await call(`${at}/validation-results`), validationResultsModel)
      const shown = results.files.flatMap(({ findings }) => findings.map(({ message }) => message))
      assert.deepEqual(
        [results.status, results.firstStep, shown],
        retryable
          ? ['stopped', 'Look at this first: The file store is away.', []]
          : ['failed', 'Mend this first: The file store is away.', ['The file store is away.']],
      )
    }
  },
}
