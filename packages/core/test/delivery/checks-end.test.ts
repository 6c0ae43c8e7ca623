import assert from 'node:assert/strict'
import { createPiecework } from '@piecework/core'
import type { Target } from '@piecework/core/piece'
import { inProcess } from '@piecework/runtime-inprocess'
import { suite } from 'uvu'

const test = suite('deliveries: what targets are asked before there is a job ends')

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

test.run()
