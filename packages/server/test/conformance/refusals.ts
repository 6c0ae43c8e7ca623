import assert from 'node:assert/strict'
import { accepted, ended, exported, form, problem } from '../support/answers.js'
import type { Case } from './case.js'

export const refusals: Readonly<Record<string, Case>> = {
  'no one is 401; who may not view is told what is told where there is nothing; who may is told 403': async (
    world,
  ) => {
    const { call } = world
    const unknown = await call('jobs', { as: '' })
    assert.equal(unknown.headers.get('www-authenticate'), 'Bearer')
    await problem(unknown, 401, 'http/unauthenticated')
    const job = await exported(world)
    for (const path of ['export', 'clone', 'chapters/import']) {
      const json = path.endsWith('import') ? { job: job.id } : {}
      const code = path.endsWith('import') ? 'job-not-found' : 'resource-not-found'
      const told = async (id: string) =>
        problem(await call(`books/${id}/${path}`, { json, as: 'eve' }), 404, code)
      const [eve, none] = [await told('b1'), await told('no')]
      assert.deepEqual({ ...eve, detail: eve.detail.replace('book b1', 'book no') }, none)
    }
    for (const path of ['status', 'exports', `exports/${job.id}/archive`])
      assert.equal((await call(`books/b1/${path}`, { as: 'eve' })).status, 404, path)
    await problem(await call('books/b1/export', { json: {}, as: 'bob' }), 403, 'forbidden')
    const { detail } = await problem(await call(`jobs/${job.id}`, { as: 'eve' }), 404, 'job-not-found')
    const other = await problem(await call('jobs/other', { as: 'eve' }), 404, 'job-not-found')
    assert.equal(detail.replace(job.id, 'other'), other.detail)
    const file = (more: object) => call(`jobs/${job.id}/archive`, { as: 'bob', ...more })
    await problem(await file({}), 403, 'forbidden')
    assert.equal((await file({ method: 'HEAD' })).status, 403)
    assert.equal((await file({ headers: { range: 'bytes=99999-' } })).status, 403)
    assert.equal((await file({ headers: { 'if-none-match': '*' } })).status, 403)
    assert.equal((await file({ headers: { 'if-match': '"other"' } })).status, 403)
  },
  'what is in the way is named, and when to come again': async (world) => {
    const { call, shelf } = world
    await shelf.held(async (open) => {
      const { id } = await accepted(await call('books/b2/export', { json: {} }))
      const response = await call('books/b2/clone', { json: {} })
      assert.match(response.headers.get('retry-after') ?? '', /^\d+$/)
      const { holder, retryable } = await problem(response, 423, 'resource-busy')
      assert.deepEqual([holder?.job, holder?.kind, retryable], [id, 'export', true])
      assert.ok(!Number.isNaN(Date.parse(holder?.since ?? '')))
      open()
      await ended(world, id)
    })
  },
  'an unknown name is refused with the nearest right one, a wrong value with its field': async ({ call }) => {
    const unknown = await problem(
      await call('books/b1/export', { json: { childern: [] } }),
      400,
      'options-invalid',
    )
    assert.match(unknown.detail, /did you mean "children"\?/)
    assert.equal(unknown.field, 'childern')
    const wrong = await problem(
      await call('books/b1/export', { json: { children: [{ kind: 'chapter', id: 7 }] } }),
      400,
      'options-invalid',
    )
    assert.equal(wrong.field, 'children[0].id')
    const nested = await problem(
      await call('books/b1/export', { json: { children: [{ kind: 'chapter', idd: 'c' }] } }),
      400,
      'options-invalid',
    )
    assert.match(nested.detail, /"id/)
    const query = await problem(await call('jobs?limt=3'), 400, 'options-invalid')
    assert.match(query.detail, /did you mean "limit"\?/)
    await problem(await call('jobs?limit=0'), 400, 'options-invalid')
    await problem(await call('jobs?limit=1&limit=2'), 400, 'options-invalid')
    await problem(await call('jobs/none?x=1'), 400, 'options-invalid')
  },
  'no request says who asks, or names keys and files of the machine': async (world) => {
    const { call } = world
    const job = await exported(world)
    for (const json of [
      { job: job.id, principal: { id: 'eve' } },
      { artifact: `archives/${job.id}/1.zip` },
      { file: '/etc/passwd' },
      { archive: { file: '/etc/passwd' } },
    ]) {
      await problem(await call('books/import', { json }), 400, 'options-invalid')
      await problem(await call('archives/inspect', { json }), 400, 'options-invalid')
    }
    const named = form({ path: '/etc/passwd' }, 'x')
    await problem(await call('books/import', { method: 'POST', body: named }), 400, 'options-invalid')
    await problem(
      await call('books/b1/export', { json: { resource: { kind: 'book', id: 'b2' } } }),
      400,
      'options-invalid',
    )
    await problem(
      await call('books/b1/export', { json: { onSuccess: [{ action: 'email' }] } }),
      400,
      'options-invalid',
    )
  },
  'a method that is not there is 405 with those that are; OPTIONS and HEAD are answered': async ({
    call,
  }) => {
    const put = await call('jobs', { method: 'PUT' })
    assert.equal(put.headers.get('allow'), 'GET, HEAD, OPTIONS')
    await problem(put, 405, 'http/method')
    const get = await call('books/b1/export')
    assert.equal(get.headers.get('allow'), 'POST, OPTIONS')
    await problem(get, 405, 'http/method')
    const options = await call('jobs', { method: 'OPTIONS' })
    assert.deepEqual([options.status, options.headers.get('allow')], [204, 'GET, HEAD, OPTIONS'])
    assert.equal(options.headers.get('access-control-allow-origin'), null)
    const head = await call('jobs', { method: 'HEAD' })
    assert.deepEqual([head.status, await head.text()], [200, ''])
    const override = await call('jobs', { headers: { 'x-http-method-override': 'DELETE' } })
    assert.equal(override.status, 200)
  },
  'what is not ours is the application’s': async ({ call }, form) => {
    for (const path of ['nothing', 'books', 'books/b1/pages', 'jobs/']) {
      const response = await call(path)
      assert.equal(response.status, 404)
      if (form !== 'nest') assert.equal(await response.text(), 'of the host', path)
    }
  },
  'a body of another type is 415, and says what is taken': async ({ call }) => {
    const text = { method: 'POST', body: 'a=b', headers: { 'content-type': 'text/html' } }
    const exporting = await call('books/b1/export', text)
    assert.equal(exporting.headers.get('accept-post'), 'application/json')
    await problem(exporting, 415, 'http/media-type')
    const importing = await call('books/import', text)
    assert.match(
      importing.headers.get('accept-post') ?? '',
      /application\/zip.*multipart\/form-data, application\/json$/,
    )
    await problem(importing, 415, 'http/media-type')
    await problem(await call('books/import', { method: 'POST' }), 415, 'http/media-type')
  },
  'what is no archive is 422, and nothing of it stays': async (world) => {
    const { call, artifacts } = world
    const keys = async () => {
      const found: string[] = []
      for await (const key of artifacts.list('jobs')) found.push(key)
      return found
    }
    const before = await keys()
    const body = { method: 'POST', body: 'no archive', headers: { 'content-type': 'application/zip' } }
    await problem(await call('books/import', body), 422, 'archive-invalid')
    await problem(await call('archives/inspect', body), 422, 'archive-invalid')
    assert.deepEqual(await keys(), before)
  },
}
