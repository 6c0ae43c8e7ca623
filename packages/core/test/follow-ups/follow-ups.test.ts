import assert from 'node:assert/strict'
import {
  callback,
  createPiecework,
  isPieceworkError,
  type JobHandle,
  memoryStore,
  type Piecework,
  PieceworkError,
  type ResourceRef,
} from '@piecework/core'
import type { FollowUp, FollowUpContext, Piece } from '@piecework/core/piece'
import { inProcess } from '@piecework/runtime-inprocess'
import { suite } from 'uvu'
import { notes } from '../access/support.js'
import { FakeClock, fakeRuntime } from '../support/fake-clock.js'
import { ann, bytes, keys, Notebooks, withPiecework } from '../support/notebooks.js'
import { pieceOf } from '../support/slow.js'

const test = suite('follow-ups')
const by = { principal: ann }

/** Notes each call; throws what `faults` has for it. */
function recorder(faults: Readonly<Record<string, readonly unknown[]>> = {}) {
  const calls: FollowUpContext[] = []
  const attempts = new Map<string, number>()
  const say = callback({
    name: 'say',
    backoffMs: 1,
    run: async (context) => {
      calls.push(context)
      const { text = '' } = context.input as { text?: string }
      const attempt = (attempts.get(text) ?? 0) + 1
      attempts.set(text, attempt)
      const fault = faults[text]?.[attempt - 1]
      if (fault) throw fault
      return { said: text }
    },
  })
  return { calls, say, said: () => calls.map(({ input }) => (input as { text: string }).text) }
}

const say = (text: string) => ({ action: 'say', input: { text } })
const lists = { onSuccess: [say('yes'), say('and')], onFailure: [say('no')], onCancel: [say('stopped')] }

function gate() {
  let resolve = (): void => undefined
  const promise = new Promise<void>((done) => {
    resolve = done
  })
  return { promise, resolve }
}

/** When everything that follows has ended. */
async function followed(piecework: Piecework, id: string) {
  for (let tries = 0; tries < 500; tries++) {
    const report = await piecework.job(id, by)
    const { status } = report.job
    const isOver = report.followUps.every(({ endedAt }) => endedAt)
    if (['succeeded', 'failed', 'cancelled'].includes(status) && isOver) return report
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
  throw new Error('What follows did not end.')
}

const book = (host: Notebooks) => host.add('b1', 'Birds', ['wren'])

test('F1, F6: after a success its list runs once, in order, with the result; each sees those before it', async () => {
  const { calls, say: followUp, said } = recorder()
  await withPiecework(
    (host) => host.pack(),
    async (piecework, { host }) => {
      const { id, result } = await piecework.export({ resource: book(host), ...by, ...lists })
      const { archive } = await result()
      const { followUps, job, nodes } = await followed(piecework, id)
      assert.deepEqual(said(), ['yes', 'and'])
      assert.equal(calls[0]?.job.result.archive?.artifact, archive?.artifact)
      assert.equal(calls[0]?.job.status, 'succeeded')
      assert.deepEqual(
        calls.map(({ key, attempt, list }) => [key, attempt, list]),
        [
          [`${id}/onSuccess/0`, 1, 'onSuccess'],
          [`${id}/onSuccess/1`, 1, 'onSuccess'],
        ],
      )
      assert.equal((await calls[0]?.report())?.counts.rows, 1)
      assert.deepEqual(calls[0]?.earlier, [])
      assert.deepEqual(
        calls[1]?.earlier.map(({ key, status, output }) => [key, status, output]),
        [[`${id}/onSuccess/0`, 'done', { said: 'yes' }]],
      )
      assert.deepEqual(
        followUps.map(({ action, status }) => [action, status]),
        [
          ['say', 'done'],
          ['say', 'done'],
        ],
      )
      assert.equal(job.batch, job.batches)
      assert.ok(nodes.every(({ task }) => task !== 'follow-up'))
    },
    { followUps: [followUp] },
  )
})

test('F2: a failed piece runs onFailure with its code and piece; onSuccess never runs', async () => {
  const { calls, say: followUp, said } = recorder()
  const broken = pieceOf('broken', async () => {
    throw new PieceworkError('work/broken', 'It broke.')
  })
  await withPiecework(
    (host) => ({ ...host.pack(), pieces: [broken] }),
    async (piecework, { host }) => {
      const { id } = await piecework.export({ resource: book(host), ...by, ...lists })
      const { job } = await followed(piecework, id)
      assert.deepEqual([job.status, job.error?.code], ['failed', 'work/broken'])
      assert.deepEqual(said(), ['no'])
      const [{ failed, job: seen, key } = assert.fail('no call')] = calls
      assert.deepEqual(failed, { piece: 'work/broken', resource: { kind: 'notebook', id: 'b1' } })
      assert.deepEqual([seen.error?.code, key], ['work/broken', `${id}/onFailure/0`])
    },
    { followUps: [followUp] },
  )
})

interface Failing {
  readonly piece: Partial<Piece>
  ask(piecework: Piecework, resource: ResourceRef, archive: string): Promise<JobHandle>
  readonly code: string
}

const breaks = async () => {
  throw new PieceworkError('work/broken', 'It broke.')
}
const refusing: Partial<Piece> = {
  validators: [
    {
      async *validate() {
        yield { severity: 'error', code: 'work/odd', message: 'It is odd.' }
      },
    },
  ],
}
const failing: Readonly<Record<string, Failing>> = {
  'an export of which nothing could be planned': {
    piece: { exporter: { parts: breaks, export: async () => ({ rows: 0 }) } },
    ask: (piecework, resource) => piecework.export({ resource, ...by, ...lists }),
    code: 'work/broken',
  },
  'an import whose validation refuses': {
    piece: refusing,
    ask: (piecework, _, artifact) => piecework.import({ archive: { artifact }, ...by, ...lists }),
    code: 'validation-failed',
  },
  'an import of which a piece fails': {
    piece: { importer: { import: breaks } },
    ask: (piecework, _, artifact) => piecework.import({ archive: { artifact }, ...by, ...lists }),
    code: 'work/broken',
  },
  'a validation that cannot be done': {
    piece: { validators: [{ validate: () => assert.fail('no way') }] },
    ask: (piecework, _, artifact) => piecework.validate({ archive: { artifact }, ...by, ...lists }),
    code: 'internal',
  },
  'a clone': {
    piece: { cloner: { clone: breaks } },
    ask: (piecework, resource) => piecework.clone({ resource, ...by, ...lists }),
    code: 'work/broken',
  },
}

for (const [name, { piece, ask, code }] of Object.entries(failing))
  test(`F2, F3: ${name} runs onFailure once, with the code, and nothing else`, async () => {
    let archive = ''
    await withPiecework(
      (host) => host.pack(),
      async (piecework, { host, artifacts }) => {
        const { result } = await piecework.export({ resource: book(host), ...by })
        archive = (await result()).archive?.artifact ?? ''
        const { calls, say: followUp, said } = recorder()
        const store = memoryStore()
        const parts = { store, artifacts, runtime: inProcess(), backoffMs: 1, maxAttempts: 2 }
        const pieces = [host.lines('notebook', piece), host.lines('chapter')]
        const packs = [{ ...host.pack(), pieces }]
        const other = createPiecework({ ...parts, packs, followUps: [followUp] })
        await other.start()
        const { id } = await ask(other, { kind: 'notebook', id: 'b1' }, archive)
        const { job } = await followed(other, id)
        await other.stop()
        assert.deepEqual([job.status, job.error?.code], ['failed', code], job.error?.message)
        assert.deepEqual(said(), ['no'])
        assert.equal(calls[0]?.job.error?.code, code)
        assert.equal(calls[0]?.failed?.piece, 'notebook/lines')
      },
    )
  })

test('F7: one that no worker has registered has failed in the end, and those after it run', async () => {
  const clock = new FakeClock()
  const host = new Notebooks()
  const environment = clock.process()
  const store = memoryStore({ environment })
  const { say: followUp, said } = recorder()
  const lost = callback({ name: 'lost', run: async () => undefined })
  const processOf = (...followUps: FollowUp[]) =>
    createPiecework({
      packs: [host.pack()],
      store,
      environment,
      runtime: fakeRuntime(environment),
      followUps,
    })
  const request = { resource: book(host), ...by, onSuccess: [{ action: 'lost' }, say('yes')] }
  const { id } = await processOf(lost, followUp).export(request)
  const worker = processOf(followUp)
  await worker.start()
  const minute = 60_000
  await clock.pass(6 * minute)
  const early = await worker.job(id, by)
  assert.deepEqual([early.job.status, early.followUps[0]?.status, said()], ['succeeded', 'waiting', []])
  await clock.pass(120 * minute)
  const { followUps } = await worker.job(id, by)
  await worker.stop()
  assert.deepEqual(
    followUps.map(({ status }) => status),
    ['failed', 'done'],
  )
  assert.match(followUps[0]?.error?.message ?? '', /"lost"/)
  assert.deepEqual(said(), ['yes'])
})

test('F3: a job that waits for room and is cancelled runs onCancel if it is given, and nothing else', async () => {
  const { say: followUp, said } = recorder()
  await withPiecework(
    (host) => ({
      ...host.pack(),
      pieces: [pieceOf('slow', () => new Promise((done) => setTimeout(done, 50)))],
    }),
    async (piecework, { host }) => {
      await piecework.export({ resource: book(host), ...by })
      const other = host.add('b2', 'Bees', ['hum'])
      const third = host.add('b3', 'Bats', ['dusk'])
      const waiting = await piecework.export({ resource: other, ...by, ...lists })
      const { onCancel: _, ...without } = lists
      const quiet = await piecework.export({ resource: third, ...by, ...without })
      assert.equal((await piecework.job(waiting.id, by)).job.throttled, true)
      await Promise.all([waiting.cancel(), quiet.cancel()])
      await followed(piecework, quiet.id)
      const { job } = await followed(piecework, waiting.id)
      assert.equal(job.status, 'cancelled')
      assert.deepEqual(said(), ['stopped'])
    },
    { followUps: [followUp], perPrincipal: { jobs: 1, whenFull: 'wait' } },
  )
})

test('F4: a retry hands the follow-ups of its job on, and a draft its own', async () => {
  let isBroken = true
  const { say: followUp, said, calls } = recorder()
  const piece = pieceOf('once', async () => {
    if (isBroken) throw new PieceworkError('work/broken', 'It broke.')
  })
  await withPiecework(
    (host) => ({ ...host.pack(), pieces: [piece] }),
    async (piecework, { host }) => {
      const { id } = await piecework.export({ resource: book(host), ...by, ...lists })
      await followed(piecework, id)
      isBroken = false
      const again = await piecework.retry(id, by)
      await followed(piecework, again.id)
      assert.deepEqual(said(), ['no', 'yes', 'and'])
      assert.equal(calls[1]?.key, `${again.id}/onSuccess/0`)
    },
    { followUps: [followUp] },
  )
})

test('F2, F3: imports, clones, validations and drafts have follow-ups; a draft hands its own to its import alone', async () => {
  const { say: followUp, said } = recorder()
  await withPiecework(
    notes,
    async (piecework, { host }) => {
      const resource = book(host)
      const { id: exported, result } = await piecework.export({ resource, ...by })
      const { archive } = await result()
      const source = { archive: { artifact: archive?.artifact ?? '' } }
      for (const request of [
        piecework.import({ ...source, ...by, onSuccess: [say('imported')] }),
        piecework.validate({ ...source, ...by, onSuccess: [say('validated')] }),
        piecework.clone({ resource, ...by, onSuccess: [say('cloned')] }),
      ])
        await followed(piecework, (await request).id)
      const draftOf = (name: string) =>
        piecework.createDraft({
          format: 'notes',
          name,
          ...by,
          onSuccess: [say(name)],
          onCancel: [say(`no ${name}`)],
        })
      const filled = await draftOf('filled')
      await filled.upload('text', { stream: bytes('a') })
      const validation = await filled.validate()
      await validation.ended()
      assert.deepEqual((await piecework.job(validation.id, by)).followUps, [])
      await followed(piecework, (await filled.run()).id)
      const given = await draftOf('given up')
      await given.delete()
      await followed(piecework, given.job)
      assert.deepEqual(said().sort(), ['cloned', 'filled', 'imported', 'no given up', 'validated'])
      assert.deepEqual((await piecework.job(exported, by)).followUps, [])
    },
    { followUps: [followUp] },
  )
})

test('a cancel does not stop what follows, nor does the deadline of the job', async () => {
  const { promise: opened, resolve: open } = gate()
  let signalled = false
  const slow = callback({
    name: 'slow',
    run: async ({ signal }) => {
      await opened
      signalled = signal.aborted
    },
  })
  await withPiecework(
    (host) => ({
      ...host.pack(),
      pieces: [
        pieceOf('long', ({ signal }) => new Promise((done) => signal.addEventListener('abort', done))),
      ],
    }),
    async (piecework, { host }) => {
      const request = { resource: book(host), ...by, onFailure: [{ action: 'slow' }] }
      const { id, ended } = await piecework.export(request)
      assert.equal((await ended()).job.error?.code, 'timeout')
      await piecework.cancel(id, by)
      await new Promise((resolve) => setTimeout(resolve, 60))
      open()
      const { followUps, job } = await followed(piecework, id)
      assert.deepEqual([followUps[0]?.status, job.status, signalled], ['done', 'failed', false])
    },
    { followUps: [slow], jobTimeoutMs: 20, sweepMs: 5, heartbeatMs: 5 },
  )
})

test('F5, F6: what throws is tried again and then recorded; the job stays as it is and the next one sees the error', async () => {
  const passing = [new Error('once'), new Error('twice')]
  const lasting = [new PieceworkError('web/refused', 'They said no.')]
  const asked = new PieceworkError('web/busy', 'Later.', { retryable: true, facts: { retryAfterMs: 40 } })
  const faults = { yes: passing, and: lasting, later: [asked] }
  const { calls, say: followUp, said } = recorder(faults)
  await withPiecework(
    (host) => host.pack(),
    async (piecework, { host }) => {
      const onSuccess = [say('yes'), say('and'), say('later')]
      const { id } = await piecework.export({ resource: book(host), ...by, onSuccess })
      const { job, followUps } = await followed(piecework, id)
      assert.deepEqual(said(), ['yes', 'yes', 'yes', 'and', 'later', 'later'])
      assert.deepEqual([...new Set(calls.map(({ key }) => key))].length, 3, 'a key is kept by all attempts')
      assert.deepEqual([job.status, job.error], ['succeeded', undefined])
      assert.deepEqual(
        followUps.map(({ status, attempt, error }) => [status, attempt, error?.code]),
        [
          ['done', 3, undefined],
          ['failed', 1, 'web/refused'],
          ['done', 2, undefined],
        ],
      )
      const before = calls.at(-1)?.earlier
      assert.deepEqual([before?.[1]?.status, before?.[1]?.error?.message], ['failed', 'They said no.'])
    },
    { followUps: [followUp] },
  )
})

test('F5, F7: one that never ends is stopped, tried again and given up', async () => {
  let calls = 0
  const hangs = callback({
    name: 'hangs',
    timeoutMs: 20,
    maxAttempts: 2,
    backoffMs: 1,
    run: ({ signal }) => {
      calls += 1
      return new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)))
    },
  })
  await withPiecework(
    (host) => host.pack(),
    async (piecework, { host }) => {
      const request = { resource: book(host), ...by, onSuccess: [{ action: 'hangs' }] }
      const { id } = await piecework.export(request)
      const { job, followUps } = await followed(piecework, id)
      assert.deepEqual([job.status, calls], ['succeeded', 2])
      assert.deepEqual([followUps[0]?.status, followUps[0]?.error?.code], ['failed', 'timeout'])
      assert.match(followUps[0]?.error?.message ?? '', /may take 20 ms\.$/)
    },
    { followUps: [hangs], maxAttempts: 9 },
  )
})

test('F8: an action that is not registered is refused by name before anything is stored; so is a wrong input', async () => {
  const to = {
    parse: (input: unknown) => {
      if ((input as { to?: string }).to !== 'self') throw new Error('to must be "self"')
      return { to: 'self' as const, at: undefined }
    },
  }
  const email = callback({ name: 'email', schema: to, run: async () => undefined })
  await withPiecework(
    (host) => host.pack(),
    async (piecework, { host, store, artifacts }) => {
      const resource = book(host)
      const ask = (action: string, input?: unknown) =>
        piecework.export({ resource, ...by, onFailure: [{ action, input }] })
      const refused = (work: Promise<unknown>, message: RegExp) =>
        assert.rejects(work, (error) => {
          assert.ok(isPieceworkError(error, 'options-invalid'))
          assert.match(error.message, message)
          return true
        })
      await refused(
        ask('emial', { to: 'self' }),
        /no follow-up "emial" \(onFailure\.0\); did you mean "email"/,
      )
      await refused(ask('email', { to: 'eve@example.org' }), /onFailure\.0.*to must be "self"/)
      await refused(ask('email'), /to must be "self"/)
      const misspelt = { resource, ...by, onSucces: [] } as never
      await refused(piecework.export(misspelt), /did you mean "onSuccess"/)
      await refused(
        piecework.export({
          resource,
          ...by,
          onSuccess: Array(21).fill({ action: 'email', input: { to: 'self' } }),
        }),
        /20 may be/,
      )
      assert.deepEqual(await store.jobs.list({}), [])
      assert.deepEqual(await keys(artifacts, 'jobs'), [])
      const { id } = await ask('email', { to: 'self', more: 1 })
      assert.deepEqual((await store.jobs.get(id))?.request.onFailure, [
        { action: 'email', input: { to: 'self' } },
      ])
    },
    { followUps: [email] },
  )
})

test('what is returned is kept as plain JSON, or the follow-up has failed', async () => {
  const big = callback({ name: 'big', run: async () => 'x'.repeat(70_000) })
  const odd = callback({ name: 'odd', run: async () => ({ text: 'a\u0000b', at: new Date(0) }) })
  await withPiecework(
    (host) => host.pack(),
    async (piecework, { host }) => {
      const onSuccess = [{ action: 'big' }, { action: 'odd' }]
      const { id } = await piecework.export({ resource: book(host), ...by, onSuccess })
      const { followUps } = await followed(piecework, id)
      assert.deepEqual([followUps[0]?.status, followUps[0]?.attempt], ['failed', 1])
      assert.deepEqual(followUps[1]?.output, { text: 'a\ufffdb', at: '1970-01-01T00:00:00.000Z' })
    },
    { followUps: [big, odd] },
  )
})

test('a stop gives a follow-up back, and the next process runs it with the same key', async () => {
  const seen: string[] = []
  const slow = callback({
    name: 'slow',
    run: async ({ key, signal }) => {
      seen.push(key)
      if (seen.length === 1)
        await new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)))
    },
  })
  await withPiecework(
    (host) => host.pack(),
    async (piecework, { host, store, artifacts }) => {
      const request = { resource: book(host), ...by, onSuccess: [{ action: 'slow' }] }
      const { id, ended } = await piecework.export(request)
      await ended()
      while (seen.length === 0) await new Promise((resolve) => setTimeout(resolve, 5))
      await piecework.stop()
      assert.equal((await piecework.job(id, by)).followUps[0]?.status, 'waiting')
      const packs = [host.pack()]
      const other = createPiecework({ store, artifacts, packs, runtime: inProcess(), followUps: [slow] })
      await other.start()
      const { followUps } = await followed(other, id)
      await other.stop()
      assert.deepEqual([followUps[0]?.status, followUps[0]?.attempt], ['done', 1])
      assert.deepEqual(seen, [`${id}/onSuccess/0`, `${id}/onSuccess/0`])
    },
    { followUps: [slow], sweepMs: 20 },
  )
})

test('what is added while a job runs follows it once, behind the rest; only who has asked for the job adds', async () => {
  const { say: followUp, said } = recorder()
  const { promise, resolve } = gate()
  const slow = pieceOf('slow', () => promise)
  await withPiecework(
    (host) => ({ ...host.pack(), pieces: [slow] }),
    async (piecework, { host }) => {
      const { id } = await piecework.export({ resource: book(host), ...by, onSuccess: [say('first')] })
      const more = { onSuccess: [say('second')], onFailure: [say('no')] }
      const added = await piecework.addFollowUps(id, { ...by, ...more })
      assert.deepEqual(added.request.onSuccess, [say('first'), say('second')])
      assert.deepEqual((await piecework.addFollowUps(id, { ...by, ...more })).request, added.request)
      const refused = async (code: string, request: object) => {
        const asked = { ...by, ...more, ...request }
        await assert.rejects(piecework.addFollowUps(id, asked), { code })
      }
      await refused('forbidden', { principal: { id: 'eve' } })
      await refused('options-invalid', { onSuccess: [{ action: 'shout' }] })
      await refused('options-invalid', { onSuccess: [], onFailure: [] })
      await refused('options-invalid', { onSuccess: Array.from({ length: 1000 }, (_, at) => say(`${at}`)) })
      resolve()
      await followed(piecework, id)
      assert.deepEqual(said(), ['first', 'second'])
      await refused('unsupported', { onSuccess: [say('late')] })
    },
    { followUps: [followUp] },
  )
})

test('two follow-ups of one name, and one that cannot run, are refused', async () => {
  const one = callback({ name: 'one', run: async () => undefined })
  const make = (followUps: never) =>
    withPiecework(
      (host) => host.pack(),
      async () => undefined,
      { followUps },
    )
  await assert.rejects(make([one, one] as never), /two follow-ups "one"/)
  await assert.rejects(make([{ ...one, run: 1 }] as never), /run must be a function/)
  await assert.rejects(make([{ ...one, timeout: 1 }] as never), /did you mean "timeoutMs"/)
})

test.run()
