import assert from 'node:assert/strict'
import { draftViewModel } from '#internal/views/draft-views.js'
import { accepted, answer, archiveOf, ended, exported, form, problem } from '../support/answers.js'
import type { World } from '../support/world.js'
import type { Case } from './case.js'

const keyed = (key: string) => ({ 'idempotency-key': key })
let keys = 0
const newKey = () => {
  keys += 1
  return `key-${keys}`
}

/** Each of them is answered from one job. */
async function once(ask: () => Promise<{ readonly id: string }>): Promise<string> {
  const first = await Promise.all([ask(), ask(), ask()])
  const ids = new Set([...first, await ask()].map(({ id }) => id))
  assert.equal(ids.size, 1)
  return [...ids][0] ?? ''
}

const post = async ({ call }: World, path: string, key: string, json: unknown = {}) =>
  accepted(await call(path, { json, headers: keyed(key) }))

export const repeated: Readonly<Record<string, Case>> = {
  'the same Idempotency-Key and body make one job, another body is refused': async (world) => {
    const { call } = world
    const key = newKey()
    const id = await once(() => post(world, 'books/b2/export', key))
    await ended(world, id)
    assert.equal((await post(world, 'books/b2/export', `"${key}"`)).id, id)
    for (const [path, json] of [
      ['books/b2/export', { recipient: 'Bob' }],
      ['books/b1/export', {}],
      ['books/b2/clone', {}],
    ] as const)
      await problem(await call(path, { json, headers: keyed(key) }), 422, 'request-key-used')
    for (const bad of ['', ' ', 'a b', 'x'.repeat(256)])
      await problem(await call('books/b2/export', { json: {}, headers: keyed(bad) }), 400, 'http/malformed')
  },
  'drafts, their validations and runs, imports and retries are made once, too': async (world) => {
    const { call, shelf } = world
    const key = newKey()
    const prepare = async () =>
      answer(
        await call('books/import/notes', { json: { name: 'Once' }, headers: keyed(key) }),
        draftViewModel,
        201,
      )
    const books = shelf.all.size
    const draft = await once(prepare)
    assert.equal(shelf.all.size, books + 1)
    const at = `books/import/notes/${draft}`
    const body = form({ role: 'text' }, 'one\n')
    assert.equal((await call(`${at}/data-file`, { method: 'POST', body })).status, 201)
    const [check, run, copy] = [newKey(), newKey(), newKey()]
    await ended(world, await once(() => post(world, `${at}/validate`, check)))
    const job = await once(() => post(world, at, run))
    await ended(world, job)
    assert.equal((await post(world, at, run)).id, job)
    const source = await exported(world, 'b2')
    const made = await once(() => post(world, 'books/import', copy, { job: source.id, name: 'Once' }))
    await ended(world, made)
    for (const [id, { name }] of shelf.all) if (name === 'Once') shelf.all.delete(id)
  },
  'what is uploaded takes no Idempotency-Key, and what can be repeated needs none': async (world) => {
    const { call } = world
    const content = await archiveOf(world, await exported(world, 'b2'))
    const headers = { ...keyed(newKey()), 'content-type': 'application/zip' }
    const body = content as unknown as Exclude<RequestInit['body'], undefined>
    await problem(await call('books/import', { method: 'POST', headers, body }), 400, 'http/malformed')
    await problem(await call('archives/inspect', { method: 'POST', headers, body }), 400, 'http/malformed')
    const { id } = await exported(world, 'b2')
    assert.equal((await call(`jobs/${id}/cancel`, { method: 'POST', headers: keyed(newKey()) })).status, 202)
    assert.equal((await call(`jobs/${id}`, { headers: keyed(newKey()) })).status, 200)
  },
}
