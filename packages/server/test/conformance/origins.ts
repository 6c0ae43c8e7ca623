import assert from 'node:assert/strict'
import { jobStateModel } from '#internal/views/models.js'
import { accepted, answer, ended, problem } from '../support/answers.js'
import { publicUrl } from '../support/world.js'
import type { Case } from './case.js'

export const origins: Readonly<Record<string, Case>> = {
  'a browser may change things from our own pages only': async (world) => {
    const { call } = world
    const change = (headers: Record<string, string>) => call('books/b2/export', { json: {}, headers })
    for (const headers of [
      { 'sec-fetch-site': 'same-origin' },
      { 'sec-fetch-site': 'none', cookie: 'a=b' },
      { origin: publicUrl, cookie: 'a=b' },
      {},
    ] as Record<string, string>[])
      await ended(world, (await accepted(await change(headers))).id)
    for (const headers of [
      { 'sec-fetch-site': 'cross-site' },
      { 'sec-fetch-site': 'same-site', origin: publicUrl },
      { origin: 'https://evil.example.org' },
      { origin: 'null' },
      { origin: `${publicUrl}.evil.org` },
      { cookie: 'session=1' },
    ] as Record<string, string>[])
      await problem(await change(headers), 403, 'http/origin')
    const read = await call('jobs', { headers: { cookie: 'session=1', 'sec-fetch-site': 'cross-site' } })
    assert.equal(read.status, 200)
    assert.deepEqual(
      [...read.headers.keys()].filter((name) => name.startsWith('access-control')),
      [],
    )
  },
  'addresses come from the public one, whatever Host says': async (world) => {
    const { call } = world
    const headers = { 'x-forwarded-host': 'evil.example.org', forwarded: 'host=evil.example.org' }
    const job = await accepted(await call('books/b2/export', { json: {}, headers }))
    await ended(world, job.id)
    const text = JSON.stringify(await answer(await call(`jobs/${job.id}`, { headers }), jobStateModel))
    assert.ok(!text.includes('evil') && !text.includes('127.0.0.1'))
  },
  'an id is a name and nothing else': async ({ call }) => {
    for (const id of [
      '..%2f..%2fetc%2fpasswd',
      '%2e%2e',
      '%00',
      '%',
      '%ff',
      '__proto__',
      'a%0d%0ab',
      "'%20OR%201=1",
    ]) {
      const response = await call(`books/${id}/export`, { json: {} })
      // Frameworks refuse some of these before us.
      assert.ok([400, 404].includes(response.status), `${id}: ${response.status}`)
      await response.arrayBuffer()
    }
  },
  'a body that would become more than names and values is refused': async ({ call }, form) => {
    const send = (body: string) =>
      call('books/b1/export', { method: 'POST', body, headers: { 'content-type': 'application/json' } })
    for (const body of ['{"__proto__":{"without":[]}}', '{"options":{"__proto__":{}}}']) {
      // Koa's body parser has refused it already.
      if (form === 'koa') assert.ok((await send(body)).status >= 400)
      else await problem(await send(body), 400, 'http/malformed')
    }
    await problem(
      await send(`{"options":{"a":${'['.repeat(5000)}${']'.repeat(5000)}}}`),
      400,
      'http/malformed',
    )
    await problem(await send('[]'), 400, 'options-invalid')
  },
}
