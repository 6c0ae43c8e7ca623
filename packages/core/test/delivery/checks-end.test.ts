import assert from 'node:assert/strict'
import { createPiecework } from '@piecework/core'
import type { Output, Target } from '@piecework/core/piece'
import { inProcess } from '@piecework/runtime-inprocess'
import { suite } from 'uvu'

const test = suite('what targets and outputs are asked before there is a job ends')

const principal = { id: 'ann' }
const kind = { kind: 'book', table: 'books', key: 'nanoid', describe: async () => ({ name: 'b' }) } as const
const target = (name: string, check: NonNullable<Target['check']>): Target => ({
  name,
  schema: { parse: (input) => input },
  check,
  deliver: async () => ({}),
})
/** Answers when it is told to end, and then with the reason. */
const silent = (asked: () => void) =>
  target('silent', ({ signal }) => {
    const ended = new Promise<void>((_, reject) => {
      signal?.addEventListener('abort', () => reject(signal.reason))
    })
    asked()
    return ended
  })

const page = (check: NonNullable<Output['check']>): Output => ({
  name: 'books/page',
  mediaType: 'text/plain',
  options: { parse: () => ({ size: 'a4' }) },
  check,
  fileName: () => 'page.txt',
  assemble: () => {
    throw new Error('There is no paper.')
  },
})
const withPage = (check: NonNullable<Output['check']>) =>
  createPiecework({
    packs: [{ name: 'books', kinds: [kind], pieces: [], outputs: [page(check)] }],
    runtime: inProcess(),
  })

const hostOf = (...targets: Target[]) =>
  createPiecework({ packs: [{ name: 'books', kinds: [kind], pieces: [] }], runtime: inProcess(), targets })
const resource = { kind: 'book', id: 'b1' }

test('with the signal of the request, and no job is made', async () => {
  const stop = new AbortController()
  const gone = new Error('Nobody waits.')
  const piecework = hostOf(silent(() => stop.abort(gone)))
  const deliver = [{ target: 'silent' }]
  const asked = piecework.export({ resource, deliver, principal, signal: stop.signal })
  await assert.rejects(asked, (error) => error === gone)
  assert.deepEqual(await piecework.jobs({ principal }), [])
})

test('when another target has refused, with what that says', async () => {
  const refusal = new Error('There is no room.')
  const full = target('full', async () => {
    throw refusal
  })
  let wasAsked = false
  const piecework = hostOf(
    silent(() => {
      wasAsked = true
    }),
    full,
  )
  const deliver = [{ target: 'silent' }, { target: 'full' }]
  await assert.rejects(piecework.export({ resource, deliver, principal }), (error) => error === refusal)
  assert.ok(wasAsked)
})

test('an output is asked with its options, also when the job is tried again; what it refuses makes no job', async () => {
  const asked: unknown[] = []
  let refusal: Error | undefined
  const piecework = withPage(async ({ signal, ...rest }) => {
    asked.push(rest)
    if (refusal) throw refusal
  })
  await piecework.start()
  const outputs = [{ name: 'books/page' }]
  const job = await piecework.export({ resource, outputs, principal })
  assert.deepEqual(asked, [{ resource, principal, options: { size: 'a4' } }])
  await job.ended()
  await (await piecework.retry(job.id, { principal })).ended()
  assert.equal(asked.length, 2)
  refusal = new Error('A program is missing.')
  await assert.rejects(piecework.export({ resource, outputs, principal }), (error) => error === refusal)
  await assert.rejects(piecework.retry(job.id, { principal }), (error) => error === refusal)
  assert.equal((await piecework.jobs({ principal })).length, 2)
  const archive = await piecework.export({ resource, outputs: [{ name: 'archive' }], principal })
  await archive.ended()
  assert.equal(asked.length, 4)
  await piecework.stop()
})

test('a target is told what an output will have at most, and once it was made, what it had', async () => {
  const asked: unknown[] = []
  const shelf = target('shelf', async ({ size, isEstimate }) => void asked.push({ size, isEstimate }))
  const leaf: Output = {
    ...page(async () => {}),
    estimate: async ({ resource: { id }, options, db, signal }) => {
      assert.deepEqual(
        [id, options, typeof db.query, signal.aborted],
        ['b1', { size: 'a4' }, 'function', false],
      )
      return 7
    },
    assemble: async function* () {
      yield Buffer.from('abc')
    },
  }
  const silentLeaf: Output = { ...leaf, name: 'books/silent', estimate: async () => undefined }
  const piecework = createPiecework({
    packs: [{ name: 'books', kinds: [kind], pieces: [], outputs: [leaf, silentLeaf] }],
    runtime: inProcess(),
    targets: [shelf],
  })
  await piecework.start()
  const ask = async (name: string) => {
    const outputs = [{ name }]
    await (await piecework.export({ resource, outputs, deliver: [{ target: 'shelf' }], principal })).result()
  }
  await ask('books/silent')
  await ask('books/page')
  await ask('books/page')
  assert.deepEqual(asked, [
    { size: undefined, isEstimate: undefined },
    { size: 7, isEstimate: true },
    { size: 3, isEstimate: undefined },
  ])
  await piecework.stop()
})

test('what an output is asked ends with the signal of the request', async () => {
  const stop = new AbortController()
  const gone = new Error('Nobody waits.')
  const piecework = withPage(({ signal }) => {
    const ended = new Promise<void>((_, reject) => {
      signal.addEventListener('abort', () => reject(signal.reason))
    })
    stop.abort(gone)
    return ended
  })
  const asked = piecework.export({
    resource,
    outputs: [{ name: 'books/page' }],
    principal,
    signal: stop.signal,
  })
  await assert.rejects(asked, (error) => error === gone)
  assert.deepEqual(await piecework.jobs({ principal }), [])
})

test.run()
