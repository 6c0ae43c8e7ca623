import assert from 'node:assert/strict'
import type { ResourceKind } from '@piecework/core'
import { suite } from 'uvu'
import { jobModel } from '#internal/views/models.js'
import { accepted, answer, ended, problem } from './support/answers.js'
import { address, type World, type WorldOptions, withWorld } from './support/world.js'

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
      assert.ok(shelf.all.has(id))
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

const telling: WorldOptions = {
  http: { followUps: ['tell'] },
  access: {
    allows: async ({ id }, action) => id === 'ann' || (id === 'bob' && /view|follow-up/.test(action)),
  },
  piecework: {
    followUps: ['tell', 'wipe'].map((name) => ({
      name,
      schema: { parse: (given: unknown) => given },
      run: async () => 1,
    })),
  },
}

test('follow-ups are those that are offered', () =>
  withWorld(
    'node',
    async ({ call }) => {
      const send = (action: string) => call('books/b1/export', { json: { onSuccess: [{ action }] } })
      assert.equal((await send('tell')).status, 202)
      await problem(await send('wipe'), 400, 'options-invalid')
    },
    telling,
  ))

test('follow-ups are added to a job that runs by who has asked for it', () =>
  withWorld(
    'node',
    async ({ call, shelf }) => {
      await shelf.held(async (open) => {
        const { id } = (await (await call('books/b1/export', { json: {} })).json()) as { id: string }
        const path = `jobs/${id}/follow-ups`
        const list = async (as: string) => (await call(path, { as })).json()
        assert.deepEqual(await list('ann'), { items: [], offered: ['tell'] })
        assert.deepEqual(await list('bob'), { items: [], offered: [] })
        const json = { onSuccess: [{ action: 'tell' }] }
        const items = [{ list: 'onSuccess', action: 'tell' }]
        for (const _ of [1, 2])
          assert.deepEqual(await (await call(path, { json })).json(), { items, offered: ['tell'] })
        await problem(await call(path, { json, as: 'bob' }), 403, 'forbidden')
        await problem(await call(path, { json, as: 'eve' }), 404, 'job-not-found')
        await problem(await call(path, { json: { onSuccess: [{ action: 'wipe' }] } }), 400, 'options-invalid')
        open()
        while (
          ((await (await call(`jobs/${id}`)).json()) as { job: { endedAt?: string } }).job.endedAt ===
          undefined
        );
        assert.deepEqual(await list('ann'), { items, offered: [] })
        await problem(await call(path, { json }), 409, 'unsupported')
      })
    },
    telling,
  ))

test('an import of files that has failed is prepared again with them', () =>
  withWorld('node', async ({ call, shelf }) => {
    const asJson = async <T>(answer: Promise<Response>) => (await (await answer).json()) as T
    const begun = await asJson<{ id: string; job: string }>(
      call('books/import/notes', { json: { name: 'N' } }),
    )
    const own = `books/import/notes/${begun.id}`
    const put = (path: string, fileName: string, body: string) =>
      call(`${path}/data-file?${new URLSearchParams({ role: 'unsorted', path: fileName })}`, {
        method: 'POST',
        headers: { 'content-type': 'text/plain' },
        body,
      })
    for (const [name, body] of [
      ['text.txt', 'good\nbad\n'],
      ['more/other.txt', 'unused'],
    ] as const)
      await put(own, name, body)
    const again = () => call(`${own}/again`, { json: {}, headers: { 'idempotency-key': 'k' } })
    await problem(await again(), 409, 'unsupported')
    await call(own, { json: {} })
    const stateOf = (path: string) =>
      asJson<{ status: string; keptUntil?: string; files: readonly { role: string; fileName: string }[] }>(
        call(path),
      )
    while ((await stateOf(own)).status !== 'failed');
    const failed = await stateOf(own)
    assert.ok(Date.parse(failed.keptUntil ?? '') > Date.now())
    const made = await again()
    assert.equal(made.status, 201)
    const next = (await made.json()) as { id: string }
    assert.equal(made.headers.get('location'), `${address}/books/import/notes/${next.id}`)
    assert.equal((await asJson<{ id: string }>(again())).id, next.id)
    const other = `books/import/notes/${next.id}`
    const names = (files: readonly { role: string; fileName: string }[]) =>
      files.map(({ role, fileName }) => `${role} ${fileName}`).sort()
    assert.deepEqual(names((await stateOf(other)).files), ['unsorted more/other.txt', 'unsorted text.txt'])
    await put(other, 'text.txt', 'good\n')
    await call(other, { json: {} })
    while ((await stateOf(other)).status !== 'succeeded');
    assert.deepEqual(shelf.all.get(next.id)?.lines, ['good'])
    await problem(await call(`books/import/notes/${next.id}/again`, { json: {} }), 409, 'unsupported')
  }))

test.run()
