import assert from 'node:assert/strict'
import { createPiecework, isPieceworkError, type PieceworkOptions, type ResourceRef } from '@piecework/core'
import { inProcess } from '@piecework/runtime-inprocess'
import { suite } from 'uvu'
import { ann, type Notebooks, withPiecework } from '../support/notebooks.js'
import { deaf, pieceOf } from '../support/slow.js'

const test = suite('engine: limits per principal')

const bob = { id: 'bob' }
const books = (host: Notebooks, count: number): ResourceRef[] =>
  Array.from({ length: count }, (_, n) => host.add(`b${n}`, `Book ${n}`, ['wren']))

test('exclusion: jobs of a principal wait for room and all of them end; those of others do not wait for them', async () => {
  const running = new Map<string, number>()
  const most = new Map<string, number>()
  const piece = pieceOf('counted', async ({ principal: { id } }) => {
    running.set(id, (running.get(id) ?? 0) + 1)
    most.set(id, Math.max(most.get(id) ?? 0, running.get(id) ?? 0))
    await new Promise((resolve) => setTimeout(resolve, 2))
    running.set(id, (running.get(id) ?? 0) - 1)
  })
  await withPiecework(
    (host) => ({ ...host.pack(), pieces: [piece] }),
    async (piecework, { host }) => {
      const asked = books(host, 9).map((resource, n) =>
        piecework.export({ resource, principal: n === 8 ? bob : ann }),
      )
      const handles = await Promise.all(asked)
      const waiting = (await piecework.jobs({ principal: ann })).filter((job) => job.throttled)
      assert.ok(waiting.every(({ principal }) => principal.id === 'ann'))
      const reports = await Promise.all(handles.map((handle) => handle.ended()))
      assert.deepEqual([...new Set(reports.map(({ job }) => job.status))], ['succeeded'])
      assert.equal(most.get('bob'), 1)
      assert.ok((most.get('ann') ?? 9) <= 2, `${most.get('ann')} were under way`)
    },
    { perPrincipal: { jobs: 2, whenFull: 'wait' }, runtime: inProcess({ concurrency: 9 }) },
  )
})

test('a job too many is refused where the host wants it so, with how many there are; validations count', async () => {
  const slow = deaf()
  await withPiecework(
    (host) => ({ ...host.pack(), pieces: [host.lines('notebook'), pieceOf('slow', slow.work)] }),
    async (piecework, { host }) => {
      const [one, two] = books(host, 2) as [ResourceRef, ResourceRef]
      const first = await piecework.export({ resource: one, principal: ann })
      const tooMany = (error: unknown) =>
        isPieceworkError(error, 'too-many-jobs') && error.retryable && /^1 job of ann is/.test(error.message)
      const again = () => piecework.export({ resource: two, principal: ann })
      await assert.rejects(again(), tooMany)
      const other = await piecework.export({ resource: two, principal: bob })
      slow.end()
      const { archive } = await first.result()
      await other.result()
      assert.ok(archive)
      const validation = await piecework.validate({ archive, principal: ann })
      if ((await piecework.job(validation.id, { principal: ann })).job.status !== 'succeeded') {
        await assert.rejects(again(), tooMany)
      }
      await validation.ended()
      await (await again()).result()
    },
    { perPrincipal: { jobs: 1, whenFull: 'refuse' } },
  )
})

test('higher priorities come first, of jobs that wait for room and of tasks that wait for a turn', async () => {
  for (const options of [
    { perPrincipal: { jobs: 1, whenFull: 'wait' } },
    { runtime: inProcess({ concurrency: 1 }) },
  ] satisfies Partial<PieceworkOptions>[]) {
    const order: string[] = []
    const first = deaf()
    const piece = pieceOf('noted', async ({ resource: { id } }) => {
      if (order.push(id) === 1) await first.work()
    })
    await withPiecework(
      (host) => ({ ...host.pack(), pieces: [piece] }),
      async (piecework, { host }) => {
        const resources = books(host, 4)
        const handles = [await piecework.export({ resource: resources[0] as ResourceRef, principal: ann })]
        await first.begun
        for (const [n, priority] of [-5, 0, 5].entries()) {
          const resource = resources[n + 1] as ResourceRef
          handles.push(await piecework.export({ resource, principal: ann, priority }))
        }
        while (
          (await piecework.jobs({ principal: ann })).some(
            ({ status, throttled }) => status === 'pending' && !throttled,
          )
        ) {
          await new Promise((resolve) => setTimeout(resolve, 1))
        }
        first.end()
        await Promise.all(handles.map((handle) => handle.result()))
        assert.deepEqual(order, ['b0', 'b3', 'b2', 'b1'])
      },
      options,
    )
  }
})

test('a job that waits says so, holds its resource, and can be cancelled', async () => {
  const slow = deaf()
  await withPiecework(
    (host) => ({ ...host.pack(), pieces: [pieceOf('slow', slow.work)] }),
    async (piecework, { host }) => {
      const [one, two] = books(host, 2) as [ResourceRef, ResourceRef]
      const first = await piecework.export({ resource: one, principal: ann })
      const second = await piecework.export({ resource: two, principal: ann })
      const { job } = await piecework.job(second.id, { principal: ann })
      assert.deepEqual([job.status, job.throttled], ['pending', true])
      assert.deepEqual(
        (await piecework.guard.holders(two, { principal: ann })).map(({ id, kind }) => [id, kind]),
        [[second.id, 'export']],
      )
      await second.cancel()
      assert.equal((await second.ended()).job.status, 'cancelled')
      assert.deepEqual(await piecework.guard.holders(two, { principal: ann }), [])
      slow.end()
      await first.result()
    },
    { perPrincipal: { jobs: 1, whenFull: 'wait' } },
  )
})

test('a job is ended before another is begun, and principals take turns', async () => {
  const [begun, ended]: [string[], string[]] = [[], []]
  const asked = new Map<string, string>()
  await withPiecework(
    (host) => ({ ...host.pack(), pieces: [host.lines('notebook'), pieceOf('more', async () => undefined)] }),
    async (piecework, { host }) => {
      piecework.events.on('job:status', ({ id, status }) => {
        if (status === 'running') begun.push(id)
        if (status === 'succeeded') ended.push(id)
        const open = begun.length - ended.length
        assert.ok(open <= 3, `${open} jobs had begun and not ended`)
      })
      const handles = []
      for (const [n, resource] of books(host, 40).entries()) {
        const principal = n < 30 ? ann : bob
        const handle = await piecework.export({ resource, principal })
        asked.set(handle.id, principal.id)
        handles.push(handle)
      }
      for (const handle of handles) await handle.result()
      const order = begun.map((id) => asked.get(id))
      const lastOfBob = order.lastIndexOf('bob')
      assert.ok(
        lastOfBob < 30,
        `bob's tenth job was number ${lastOfBob} of 40, though he takes turns with ann`,
      )
    },
    { runtime: inProcess({ concurrency: 2 }), concurrentJobs: 3 },
  )
})

test('without room in the store, too, a job is ended before another is begun', async () => {
  const order: string[] = []
  await withPiecework(
    (host) => host.pack(),
    async (piecework, { host }) => {
      piecework.events.on('job:status', ({ id, status }) => {
        if (status === 'running' || status === 'succeeded') order.push(`${status} ${id}`)
      })
      const all = books(host, 30).map((resource) => piecework.export({ resource, principal: ann }))
      for (const handle of await Promise.all(all)) await handle.result()
      const firstEnd = order.findIndex((one) => one.startsWith('succeeded'))
      assert.ok(firstEnd <= 4, `${firstEnd} jobs had begun before one ended`)
    },
    { runtime: inProcess({ concurrency: 2 }), concurrentJobs: 1000 },
  )
})

test('a cancel by a principal asks the policy, with the job and what it is about', async () => {
  const slow = deaf()
  const asked: unknown[] = []
  await withPiecework(
    (host) => ({ ...host.pack(), pieces: [pieceOf('slow', slow.work)] }),
    async (piecework, { host }) => {
      const resource = host.add('b1', 'Birds', ['wren'])
      const handle = await piecework.export({ resource, principal: ann })
      const byBob = piecework.cancel(handle.id, { principal: bob })
      await assert.rejects(byBob, (error) => isPieceworkError(error, 'forbidden'))
      assert.equal((await piecework.job(handle.id, { principal: ann })).job.outcome, undefined)
      const unknown = piecework.cancel('no such job', { principal: ann })
      await assert.rejects(unknown, (error) => isPieceworkError(error, 'job-not-found'))
      slow.end()
      await piecework.cancel(handle.id, { principal: ann })
      await handle.ended()
      assert.deepEqual(asked, [
        ['bob', resource, handle.id],
        ['ann', resource, handle.id],
      ])
    },
    {
      access: {
        allows: async ({ id }, action, resource, job) => {
          if (action !== 'cancel') return true
          asked.push([id, resource, job?.id])
          return id === job?.principal.id
        },
      },
    },
  )
})

test('limits and priorities that are no whole numbers are refused', async () => {
  const of = (options: Partial<PieceworkOptions>) => () =>
    createPiecework({ packs: [], runtime: inProcess(), ...options })
  const refused = (error: unknown) => isPieceworkError(error, 'options-invalid')
  for (const options of [
    { perPrincipal: { jobs: 0, whenFull: 'wait' } },
    { perPrincipal: { jobs: 1, whenFull: 'later' as 'wait' } },
    { jobTimeoutMs: -1 },
    { jobTimeoutMs: Number.NaN },
    { nodeTimeoutMs: 0.5 },
    { nodeTimeoutMs: 2 ** 31 },
  ] satisfies Partial<PieceworkOptions>[]) {
    assert.throws(of(options), refused, JSON.stringify(options))
  }
  await withPiecework(
    (host) => host.pack(),
    async (piecework, { host }) => {
      const resource = host.add('b1', 'Birds', ['wren'])
      for (const priority of [0.5, Number.NaN, 2 ** 31]) {
        await assert.rejects(piecework.export({ resource, principal: ann, priority }), refused)
      }
      assert.deepEqual(await piecework.jobs({ principal: ann }), [])
    },
  )
})

test('exclusion: nothing is exported or cloned while the host holds the resource, nor claimed while a job does', async () => {
  await withPiecework(
    (host) => host.pack(),
    async (piecework, { host }) => {
      const resource = host.add('b1', 'Birds', ['wren'])
      const chapter = host.add('c1', 'Nests', ['twig'], 'b1')
      await piecework.guard.claim([chapter], { id: 'run 7', kind: 'solver-run' })
      const busy = (error: unknown) =>
        isPieceworkError(error, 'resource-busy') &&
        error.facts.kind === 'solver-run' &&
        error.facts.holder === 'run 7'
      await assert.rejects(piecework.export({ resource, principal: ann }), busy)
      await assert.rejects(piecework.clone({ resource, principal: ann }), busy)
      assert.deepEqual(
        (await piecework.guard.holders(resource, { principal: ann })).map(({ id }) => id),
        ['run 7'],
      )
      // The process of the run has died; the host that comes back knows its id.
      for (const _twice of [1, 2]) await piecework.guard.release('run 7')
      const clone = await piecework.clone({ resource, principal: ann })
      const mine = piecework.guard.claim([chapter], { id: 'run 8', kind: 'solver-run' })
      await assert.rejects(mine, (error) => isPieceworkError(error, 'resource-busy'))
      await clone.result()
    },
  )
})

test.run()
