import assert from 'node:assert/strict'
import {
  callback,
  type ErrorCode,
  isPieceworkError,
  type Piecework,
  PieceworkError,
  type PieceworkOptions,
} from '@piecework/core'
import { suite } from 'uvu'
import { z } from 'zod'
import { bytesOf, print, sha256, withOutputs } from '../outputs/support.js'
import { ann, keys, type Setup, withPiecework } from '../support/notebooks.js'
import { door, Shelf, until } from './support.js'

const test = suite('delivering')

const refused = (work: Promise<unknown>, code: ErrorCode, message: RegExp) =>
  assert.rejects(work, (error) => isPieceworkError(error, code) && message.test(error.message))

const to = (place: string, more: object = {}) => ({ target: 'shelf', destination: { place }, ...more })
const request = { resource: { kind: 'notebook', id: 'b1' }, principal: ann } as const

/** One notebook, and one shelf. */
function withShelf(
  use: (piecework: Piecework, shelf: Shelf, setup: Setup) => Promise<void>,
  options: Partial<PieceworkOptions> = {},
): Promise<void> {
  const shelf = new Shelf()
  return withPiecework(
    withOutputs(print),
    async (piecework, setup) => {
      setup.host.add('b1', 'Birds', ['wren'])
      await use(piecework, shelf, setup)
    },
    { targets: [shelf], sweepMs: 10, ...options },
  )
}

test('a target that asks for a longer wait gets it', () =>
  withShelf(
    async (piecework, shelf) => {
      const times: number[] = []
      shelf.before = async (_, call) => {
        times.push(Date.now())
        const facts = { retryAfterMs: 300 }
        if (call === 1) throw new PieceworkError('shelf/busy', 'Later.', { retryable: true, facts })
      }
      await (await piecework.export({ ...request, deliver: [to('a')] })).result()
      const [first = 0, second = 0] = times
      assert.ok(second - first >= 300, `${second - first} ms`)
    },
    { backoffMs: 1 },
  ))

test('what is finished is delivered, with no claim on the source, and the result says where it is', () =>
  withShelf(async (piecework, shelf, { host, artifacts, store }) => {
    const gate = door()
    shelf.before = gate.opened
    const outputs = [{ name: 'archive' }, { name: 'notebooks/print' }]
    const deliver = [to('a'), to('b', { output: 'notebooks/print' })]
    const job = await piecework.export({ ...request, outputs, deliver })
    await until('both deliveries', () => shelf.calls.length === 2)
    assert.equal((await store.jobs.get(job.id))?.status, 'delivering')
    assert.deepEqual(await piecework.guard.holders(request.resource, { principal: ann }), [])
    await (
      await piecework.guard.claim([request.resource], { id: 'ann', kind: 'edit' }, { principal: ann })
    ).release()
    const early = await piecework.download(job.id, { principal: ann })
    assert.equal(shelf.files.size, 0)
    // What is finished is whole, whatever becomes of the source.
    host.books.delete('b1')
    gate.open()
    const { deliveries = [], archive } = await job.result()
    assert.equal(sha256(shelf.files.get('a') ?? Buffer.of()), archive?.sha256)
    assert.equal(early.sha256, archive?.sha256)
    assert.equal(String(shelf.files.get('b')), 'Lines\nwren\n')
    assert.deepEqual(
      deliveries.map(({ target, output, location }) => [target, output, location]),
      [
        ['shelf', 'archive', 'shelf a\ufffd'],
        ['shelf', 'notebooks/print', 'shelf b\ufffd'],
      ],
    )
    assert.ok(deliveries[0]?.deliveredAt instanceof Date)
    const ended = (await job.ended()).job
    assert.deepEqual(
      ended.changes.map(({ status }) => status),
      ['pending', 'submitted', 'running', 'delivering', 'ending', 'succeeded'],
    )
    assert.deepEqual(await keys(artifacts, 'jobs'), [])
  }))

test('a delivery that fails leaves what was made: it is delivered again, also elsewhere, and not made again', () =>
  withShelf(
    async (piecework, shelf, { host, artifacts, store }) => {
      shelf.before = async ({ destination }) => {
        if (destination.place === 'b')
          throw new PieceworkError('shelf/full', 'The shelf is full.', { retryable: true })
      }
      const job = await piecework.export({ ...request, deliver: [to('a'), to('b')] })
      const { job: failed, nodes } = await job.ended()
      assert.deepEqual(
        [failed.status, failed.error?.code, failed.error?.node],
        ['failed', 'shelf/full', 'deliver 2 shelf'],
      )
      assert.equal(nodes.find(({ id }) => id === 'deliver 2 shelf')?.attempt, 2)
      assert.deepEqual([...shelf.files.keys()], ['a'])
      assert.equal((await keys(artifacts, 'archives')).length, 1)
      assert.equal(
        (await piecework.download(job.id, { principal: ann })).sha256,
        failed.result.archive?.sha256,
      )

      host.books.delete('b1')
      shelf.before = async () => {}
      const again = await piecework.redeliver(job.id, { principal: ann })
      const { job: done } = await again.ended()
      assert.deepEqual([done.kind, done.status, done.retryOf], ['delivery', 'succeeded', job.id])
      assert.deepEqual(
        done.changes.map(({ status }) => status),
        ['pending', 'submitted', 'delivering', 'ending', 'succeeded'],
      )
      const key = failed.request.deliver?.[1]?.key
      assert.deepEqual(
        done.result.deliveries?.map((one) => one.key),
        [key],
      )
      assert.deepEqual([...shelf.files.keys()], ['a', 'b'])
      for (const id of [again.id, job.id]) {
        await refused(piecework.redeliver(id, { principal: ann }), 'unsupported', /nothing left/)
        assert.equal(
          shelf.calls.filter(({ key: one }) => one === key).length,
          3,
          'what has arrived is not sent again',
        )
      }

      const elsewhere = await piecework.redeliver(job.id, { principal: ann, deliver: [to('c')] })
      await elsewhere.result()
      assert.deepEqual(shelf.files.get('c'), shelf.files.get('a'))
      assert.equal((await store.jobs.list({ resource: request.resource })).length, 3)
      await refused(piecework.retry(job.id, { principal: ann }), 'unsupported', /nothing left/)
    },
    { deliveryAttempts: 2, maxAttempts: 1 },
  ))

test('a cancel ends the deliveries alone; what was made stays until it expires', () =>
  withShelf(async (piecework, shelf, { artifacts }) => {
    shelf.before = door().opened
    const job = await piecework.export({ ...request, deliver: [to('a')] })
    await until('the delivery', () => shelf.calls.length === 1)
    await piecework.cancel(job.id, { principal: ann })
    const { job: ended } = await job.ended()
    assert.deepEqual([ended.status, ended.error?.code, shelf.files.size], ['cancelled', 'cancelled', 0])
    assert.ok(shelf.calls[0]?.signal.aborted)
    const { bytes } = await piecework.download(job.id, { principal: ann })
    assert.equal(sha256(await bytesOf(bytes)), ended.result.archive?.sha256)
    shelf.before = async () => {}
    await (await piecework.retry(job.id, { principal: ann })).result()
    assert.deepEqual([...shelf.files.keys()], ['a'])
    await piecework.forget(request.resource, { principal: ann })
    assert.deepEqual(await keys(artifacts, 'archives'), [])
    await refused(
      piecework.redeliver(job.id, { principal: ann, deliver: [to('a')] }),
      'expired',
      /export again/,
    )
    const whole = await piecework.retry(job.id, { principal: ann })
    assert.equal((await whole.ended()).job.kind, 'export', 'what is gone is made again')
    assert.equal(shelf.calls.at(-1)?.jobId, whole.id, 'and delivered')
  }))

test("the job's time limit is not that of its deliveries, which have one of their own", () =>
  withShelf(
    async (piecework, shelf, { store }) => {
      const gate = door()
      shelf.before = gate.opened
      const job = await piecework.export({ ...request, deliver: [to('a')] })
      await until('the delivery', () => shelf.calls.length === 1)
      const { deadline } = (await store.jobs.get(job.id)) ?? {}
      await until('its deadline', () => deadline !== undefined && Date.now() > deadline.getTime() + 50)
      assert.equal((await store.jobs.get(job.id))?.status, 'delivering')
      gate.open()
      await job.result()
      shelf.before = door().opened
      const slow = await piecework.redeliver(job.id, { principal: ann, deliver: [to('b')] })
      const { error } = (await slow.ended()).job
      assert.deepEqual([error?.code, error?.node, error?.retryable], ['timeout', 'deliver 1 shelf', true])
      assert.match(error?.message ?? '', /may take 1,500 ms/)
    },
    { jobTimeoutMs: 1000, deliveryTimeoutMs: 1500, nodeTimeoutMs: 5000 },
  ))

test('the next attempt goes on from what was kept, under the same key', () =>
  withShelf(async (piecework, shelf) => {
    const kept: unknown[] = []
    shelf.before = async ({ state, finding }, call) => {
      kept.push(await state.get())
      await state.put({ sent: call, parts: ['é"\\\u0000'] })
      if (call < 3) throw new PieceworkError('shelf/cut', 'It was cut.', { retryable: true })
      finding({ severity: 'warning', code: 'shelf/slow', message: 'It took three times.' })
      await assert.rejects(state.put(undefined), /no JSON/)
      await assert.rejects(state.put('x'.repeat(2 ** 20)), /at most 1048576/)
    }
    const job = await piecework.export({ ...request, deliver: [to('a')] })
    const { findings } = await job.ended()
    assert.deepEqual(kept, [
      undefined,
      { sent: 1, parts: ['é"\\\u0000'] },
      { sent: 2, parts: ['é"\\\u0000'] },
    ])
    assert.equal(new Set(shelf.calls.map(({ key }) => key)).size, 1)
    assert.deepEqual(
      findings.map(({ code, piece }) => [code, piece]),
      [['shelf/slow', 'shelf']],
    )
  }))

test('access is asked again before bytes go out, and at each request', async () => {
  let may: readonly string[] = ['export', 'deliver', 'view']
  const asked: unknown[] = []
  await withShelf(
    async (piecework, shelf, { store }) => {
      const broken = door()
      shelf.before = async (context, call) => {
        if (call === 1) throw new PieceworkError('shelf/cut', 'It was cut.', { retryable: true })
        await broken.opened(context)
      }
      const events: string[] = []
      piecework.events.on('node:failed', ({ error, node }) => {
        events.push(`${node} ${error.code}`)
        may = ['export', 'view']
      })
      const job = await piecework.export({ ...request, deliver: [to('a')] })
      const { job: ended } = await job.ended()
      assert.deepEqual([ended.status, ended.error?.code], ['failed', 'forbidden'])
      assert.deepEqual(events, ['deliver 1 shelf shelf/cut', 'deliver 1 shelf forbidden'])
      assert.deepEqual([shelf.calls.length, shelf.files.size], [1, 0])
      assert.deepEqual(asked.at(0), { target: 'shelf' })
      assert.deepEqual(asked.at(1), { target: 'shelf', artifact: ended.result.archive?.artifact })
      const before = (await store.jobs.list({})).length
      await refused(piecework.export({ ...request, deliver: [to('a')] }), 'forbidden', /may not deliver/)
      await refused(piecework.redeliver(job.id, { principal: ann }), 'forbidden', /may not deliver/)
      assert.equal((await store.jobs.list({})).length, before)
    },
    {
      access: {
        allows: async (_principal, action, _resource, _job, named) => {
          if (action === 'deliver') asked.push(named)
          return may.includes(action)
        },
      },
    },
  )
})

test('a source that was deleted before all of it was read fails the job, and nothing is delivered', async () => {
  const shelf = new Shelf()
  await withPiecework(
    (host) =>
      host.pack({
        ...host.lines('notebook'),
        name: 'notebook/deleting',
        exporter: {
          export: async () => {
            host.books.delete('b1')
            return { rows: 0 }
          },
        },
      }),
    async (piecework, { host, artifacts }) => {
      host.add('b1', 'Birds', ['wren'])
      const job = await piecework.export({ ...request, deliver: [to('a')] })
      const { job: ended } = await job.ended()
      assert.deepEqual([ended.status, ended.error?.code], ['failed', 'resource-not-found'])
      assert.deepEqual([shelf.calls.length, await keys(artifacts, 'archives')], [0, []])
    },
    { targets: [shelf] },
  )
})

test('bytes that are not those that were made are not delivered', () =>
  withShelf(async (piecework, shelf, { artifacts }) => {
    shelf.before = async ({ file }) => {
      const [key = ''] = await keys(artifacts, 'archives')
      await artifacts.put(key, [Buffer.alloc(file.size)] as never)
    }
    const job = await piecework.export({ ...request, deliver: [to('a')] })
    const { job: ended } = await job.ended()
    assert.deepEqual([ended.error?.code, shelf.files.size], ['storage', 0])
    assert.match(ended.error?.message ?? '', /are not those that were put there/)
  }))

test('what cannot be delivered is refused at request', () =>
  withShelf(async (piecework, shelf, { store }) => {
    const asked = (...deliver: { target: string }[]) => piecework.export({ ...request, deliver })
    await refused(asked({ ...to('a'), target: 'shlef' }), 'options-invalid', /did you mean "shelf"/)
    await refused(asked(to('a', { output: 'notebooks/print' })), 'options-invalid', /is not made/)
    await refused(asked(to('a'), to('a')), 'options-invalid', /twice/)
    const many = Array.from({ length: 21 }, (_, at) => to(`${at}`))
    await refused(asked(...many), 'options-invalid', /20 deliveries at most/)
    await refused(asked({ target: 'shelf' }), 'options-invalid', /place/)
    Object.assign(shelf, {
      check: async ({ destination }: { destination: { place: string } }) => {
        throw new PieceworkError('shelf/locked', `${destination.place} is locked.`)
      },
    })
    await refused(asked(to('a')), 'shelf/locked', /a is locked/)
    assert.deepEqual(await store.jobs.list({}), [])
    const job = await piecework.export(request)
    await job.result()
    await refused(piecework.redeliver(job.id, { principal: ann }), 'unsupported', /nothing left/)
    await refused(piecework.redeliver('nothing', { principal: ann }), 'job-not-found', /no job/)
    await refused(
      piecework.redeliver(job.id, { principal: ann, deliver: [to('a')] }),
      'shelf/locked',
      /locked/,
    )
  }))

test('a target is told at request how large it will be, as far as that is known', () =>
  withShelf(async (piecework, shelf) => {
    const sizes: (number | undefined)[] = []
    Object.assign(shelf, { check: async ({ size }: { size?: number }) => void sizes.push(size) })
    const first = await piecework.export({ ...request, deliver: [to('a')] })
    const size = (await first.result()).archive?.size ?? assert.fail('no archive')
    await (await piecework.export({ ...request, deliver: [to('b')] })).result()
    await (await piecework.redeliver(first.id, { principal: ann, deliver: [to('c')] })).result()
    assert.deepEqual(sizes, [undefined, size, size])
  }))

test('targets are declared well, or the host does not start', async () => {
  for (const [change, message] of [
    [{ name: 'Shelf' }, /name like "folder"/],
    [{ schema: undefined }, /schema/],
    [{ delvier: 1 }, /did you mean/],
  ] as const) {
    const target = { name: 'shelf', schema: new Shelf().schema, deliver: async () => ({}), ...change }
    await assert.rejects(
      withPiecework(
        (host) => host.pack(),
        async () => {},
        { targets: [target as never] },
      ),
      message,
    )
  }
  const twice = { targets: [new Shelf(), new Shelf()] }
  await assert.rejects(
    withPiecework(
      (host) => host.pack(),
      async () => {},
      twice,
    ),
    /registered twice/,
  )
})

test('F4: what follows an export waits for its delivery, also one that is tried again; the record has both', async () => {
  const said: string[] = []
  const followUp = callback({
    name: 'say',
    schema: z.string(),
    run: async ({ input, job }) => void said.push(`${input} ${job.id}`),
  })
  await withShelf(
    async (piecework, shelf) => {
      shelf.before = async () => {
        throw new PieceworkError('work/full', 'The shelf is full.')
      }
      const lists = {
        onSuccess: [{ action: 'say', input: 'yes' }],
        onFailure: [{ action: 'say', input: 'no' }],
      }
      const { id } = await piecework.export({ ...request, deliver: [to('a')], ...lists })
      await until('what follows a failure', () => said.length === 1)
      shelf.before = async () => {}
      const again = await piecework.retry(id, { principal: ann })
      await until('what follows a success', () => said.length === 2)
      assert.deepEqual(said, [`no ${id}`, `yes ${again.id}`])
      const own = { deliver: [to('b')], onSuccess: [{ action: 'say', input: 'own' }], recipient: 'bob' }
      const other = await piecework.redeliver(id, { principal: ann, ...own })
      await until('what follows a delivery', () => said.length === 3)
      assert.equal(said[2], `own ${other.id}`)
      const record = await piecework.record({ principal: ann }, { principal: ann })
      assert.deepEqual(
        record.map(({ action, outcome, job, recipient }) => [action, outcome, job, recipient]),
        [
          ['deliver', 'allowed', other.id, 'bob'],
          ['deliver', 'allowed', again.id, undefined],
          ['export', 'allowed', id, undefined],
        ],
      )
    },
    { followUps: [followUp], deliveryAttempts: 1 },
  )
})

test('a delivery of what went with its resource has expired', () =>
  withShelf(
    async (piecework, shelf, { artifacts, store }) => {
      const { id, result } = await piecework.export({ ...request })
      const { archive } = await result()
      shelf.before = async () => {
        await artifacts.delete(archive?.artifact ?? '')
        await store.retention.expire(id)
      }
      const { job } = await (await piecework.redeliver(id, { principal: ann, deliver: [to('a')] })).ended()
      assert.deepEqual([job.status, job.error?.code, shelf.calls.length], ['failed', 'expired', 1])
    },
    { deliveryAttempts: 3 },
  ))

test.run()
