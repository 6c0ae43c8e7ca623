import assert from 'node:assert/strict'
import type { ResourceKind } from '@piecework/core'
import { suite } from 'uvu'
import { jobModel } from '#internal/views/models.js'
import { accepted, answer, ended, problem } from './support/answers.js'
import { type World, withWorld } from './support/world.js'

const test = suite('service: who asks, from where, and whether it is well')

test('principal may be asked of a store, and what it returns is who asks', () =>
  withWorld(
    'node',
    async ({ call }) => {
      assert.equal((await call('jobs')).status, 200)
      const started = await answer(await call('books/b1/export', { json: {} }), jobModel, 202)
      assert.equal(started.requestedBy, 'ann')
    },
    {
      http: {
        principal: async () => new Promise((resolve) => setTimeout(() => resolve({ id: 'ann' }), 5)),
      } as never,
    },
  ))

const www = 'https://www.example.org'
test('other origins: none has any header unless it is allowed, and then what it needs', async () => {
  const ask = async ({ call }: World, origin: string) => {
    const preflight = await call('books/b1/export', {
      method: 'OPTIONS',
      as: '',
      headers: { origin, 'access-control-request-method': 'POST' },
    })
    const post = await call('books/b1/export', {
      json: {},
      headers: { origin, 'sec-fetch-site': 'cross-site' },
    })
    return { preflight, post }
  }
  await withWorld('node', async (world) => {
    const { preflight, post } = await ask(world, www)
    assert.deepEqual([preflight.status, post.status], [204, 403])
    for (const { headers } of [preflight, post]) assert.equal(headers.get('vary'), null)
    for (const { headers } of [preflight, post])
      assert.ok(![...headers.keys()].some((name) => name.startsWith('access-control')))
  })
  await withWorld(
    'node',
    async (world) => {
      const { preflight, post } = await ask(world, www)
      assert.deepEqual([preflight.status, post.status], [204, 202])
      assert.equal(preflight.headers.get('access-control-allow-origin'), www)
      assert.match(preflight.headers.get('access-control-allow-methods') ?? '', /POST/)
      assert.match(preflight.headers.get('access-control-allow-headers') ?? '', /authorization/)
      assert.equal(post.headers.get('access-control-allow-origin'), www)
      assert.equal(post.headers.get('access-control-allow-credentials'), null)
      assert.equal(post.headers.get('vary'), 'Origin')
      const other = await ask(world, 'https://evil.example.org')
      assert.equal(other.post.status, 403)
      assert.equal(other.preflight.headers.get('access-control-allow-origin'), null)
    },
    { http: { allowedOrigins: [www] } },
  )
})

test('health needs no one, says nothing more, and asks the store once for many', () => {
  let asked = 0
  return withWorld('node', async ({ call, piecework }) => {
    const { jobs } = piecework
    Object.assign(piecework, {
      jobs: (request: never) => {
        asked += 1
        return jobs(request)
      },
    })
    const answers = await Promise.all(Array.from({ length: 20 }, () => call('health', { as: '' })))
    for (const one of answers) assert.deepEqual([one.status, await one.json()], [200, { status: 'ok' }])
    assert.equal(asked, 1)
  })
})

test('health is 503 when the store does not answer in time', () =>
  withWorld(
    'node',
    async ({ call, piecework }) => {
      Object.assign(piecework, { jobs: () => new Promise(() => undefined) })
      const response = await call('health', { as: '' })
      assert.deepEqual([response.status, await response.json()], [503, { status: 'unavailable' }])
      assert.equal(response.headers.get('retry-after'), '5')
    },
    { http: { limits: { healthMs: 50 } } },
  ))

test('who may ask for a job and not see it gets its address alone', () =>
  withWorld(
    'node',
    async ({ call, piecework }) => {
      const response = await call('books/b1/export', { json: {} })
      assert.deepEqual([response.status, await response.text()], [202, ''])
      assert.match(response.headers.get('location') ?? '', /\/jobs\/[\w-]+$/)
      assert.equal((await piecework.record({}, { principal: { id: 'ann' } }))[0]?.outcome, 'allowed')
    },
    { access: { allows: async (_, action) => action !== 'view' } },
  ))

test('DELETE is an action of its own', () =>
  withWorld(
    'node',
    async ({ call, shelf }) => {
      const prepared = await call('books/import/notes', { json: { name: 'Kept' } })
      const { id } = (await prepared.json()) as { id: string }
      await problem(await call(`books/${id}`, { method: 'DELETE' }), 403, 'forbidden')
      assert.ok(shelf.books.has(id))
    },
    { access: { allows: async (_, action) => action !== 'discard' } },
  ))

test('an archive of another kind of resource makes none', () => {
  const albums = new Map([['a1', 'Photos']])
  const album: ResourceKind = {
    kind: 'album',
    table: 'albums',
    key: 'nanoid',
    describe: async ({ id }) => (albums.has(id) ? { name: 'Photos' } : undefined),
    shell: {
      create: async ({ ref }) => void albums.set(ref.id, 'Copy'),
      ready: async () => undefined,
      remove: async ({ id }) => void albums.delete(id),
    },
  }
  return withWorld(
    'node',
    async (world) => {
      const { call } = world
      const { id } = await accepted(await call('albums/a1/export', { json: {} }))
      await ended(world, id)
      const said = await problem(await call('books/import', { json: { job: id } }), 422, 'archive-invalid')
      assert.match(said.detail, /has a album; a book is wanted/)
      const jobs = await world.piecework.jobs({ principal: { id: 'ann' } })
      assert.ok(jobs.every(({ kind }) => kind === 'export'))
      assert.deepEqual([...albums.keys()], ['a1'])
    },
    {
      packs: [{ name: 'albums', kinds: [album] }],
      http: { paths: { book: 'books', chapter: 'chapters', album: 'albums' } },
    },
  )
})

test('follow-ups are those that are offered', () =>
  withWorld(
    'node',
    async ({ call }) => {
      const send = (action: string) => call('books/b1/export', { json: { onSuccess: [{ action }] } })
      assert.equal((await send('tell')).status, 202)
      await problem(await send('wipe'), 400, 'options-invalid')
    },
    {
      http: { followUps: ['tell'] },
      piecework: {
        followUps: ['tell', 'wipe'].map((name) => ({
          name,
          schema: { parse: (given: unknown) => given },
          run: async () => 1,
        })),
      },
    },
  ))

test.run()
