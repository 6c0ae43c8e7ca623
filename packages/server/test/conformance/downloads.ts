import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { archiveOf, exported, problem } from '../support/answers.js'
import type { Case } from './case.js'

export const downloads: Readonly<Record<string, Case>> = {
  'a download is saved under its name, and shown nowhere': async (world) => {
    const job = await exported(world)
    const response = await world.call(`jobs/${job.id}/archive`)
    const bytes = Buffer.from(await response.arrayBuffer())
    const { headers } = response
    const sha256 = createHash('sha256').update(bytes).digest('hex')
    assert.equal(headers.get('etag'), `"${sha256}"`)
    assert.equal(sha256, job.files[0]?.sha256)
    assert.equal(headers.get('content-length'), String(bytes.length))
    assert.equal(headers.get('content-type'), 'application/zip')
    assert.equal(headers.get('content-disposition'), 'attachment; filename="book-b1.zip"')
    assert.equal(headers.get('accept-ranges'), 'bytes')
    assert.equal(headers.get('x-content-type-options'), 'nosniff')
    assert.match(headers.get('content-security-policy') ?? '', /^sandbox/)
    assert.equal(headers.get('cache-control'), 'private, no-store')
    assert.equal(headers.get('set-cookie'), null)
  },
  'HEAD says the same without opening the bytes, and is no download': async (world) => {
    const job = await exported(world)
    const { piecework, call } = world
    const downloads = async () =>
      (await piecework.record({}, { principal: { id: 'ann' } })).filter(({ action }) => action === 'download')
        .length
    const before = await downloads()
    const head = await call(`jobs/${job.id}/archive`, { method: 'HEAD' })
    assert.deepEqual([head.status, await head.text()], [200, ''])
    assert.equal(await downloads(), before)
    const get = await call(`jobs/${job.id}/archive`)
    await get.arrayBuffer()
    for (const name of ['etag', 'content-length', 'content-type', 'content-disposition', 'accept-ranges'])
      assert.equal(head.headers.get(name), get.headers.get(name), name)
    assert.equal(await downloads(), before + 1)
  },
  'ranges: from, to, the last bytes, and none that are there': async (world) => {
    const job = await exported(world)
    const whole = Buffer.from(await archiveOf(world, job))
    const { length } = whole
    const ranged = (range: string, more = {}) =>
      world.call(`jobs/${job.id}/archive`, { headers: { range, ...more } })
    for (const [range, start, end] of [
      ['bytes=0-9', 0, 10],
      [`bytes=${length - 5}-`, length - 5, length],
      ['bytes=-7', length - 7, length],
      [`bytes=3-${length + 50}`, 3, length],
      [`bytes=-${length + 50}`, 0, length],
    ] as const) {
      const response = await ranged(range)
      assert.equal(response.status, 206, range)
      assert.equal(response.headers.get('content-range'), `bytes ${start}-${end - 1}/${length}`)
      assert.deepEqual(Buffer.from(await response.arrayBuffer()), whole.subarray(start, end), range)
    }
    for (const range of ['bytes=5-2', 'bytes=a-b', 'lines=1-2', 'bytes=0-1,4-5', 'bytes=-']) {
      const response = await ranged(range)
      assert.equal(response.status, 200, range)
      assert.equal((await response.arrayBuffer()).byteLength, length)
    }
    for (const range of [`bytes=${length}-`, 'bytes=-0']) {
      const response = await ranged(range)
      assert.equal(response.headers.get('content-range'), `bytes */${length}`)
      await problem(response, 416, 'http/range')
    }
    const etag = `"${job.files[0]?.sha256}"`
    assert.equal((await ranged('bytes=0-1', { 'if-range': etag })).status, 206)
    for (const other of ['"other"', `W/${etag}`, 'Tue, 01 Dec 2026 00:00:00 GMT'])
      assert.equal((await ranged('bytes=0-1', { 'if-range': other })).status, 200, other)
  },
  'conditions: what the client has is not sent again, and what it goes on with must be the same': async (
    world,
  ) => {
    const job = await exported(world)
    const etag = `"${job.files[0]?.sha256}"`
    const asked = (headers: Record<string, string>) => world.call(`jobs/${job.id}/archive`, { headers })
    for (const known of [etag, `W/${etag}`, `"x", ${etag}`, '*']) {
      const response = await asked({ 'if-none-match': known })
      assert.deepEqual(
        [response.status, await response.text(), response.headers.get('etag')],
        [304, '', etag],
      )
    }
    assert.equal((await asked({ 'if-none-match': '"x"' })).status, 200)
    assert.equal((await asked({ 'if-match': etag })).status, 200)
    await problem(await asked({ 'if-match': '"x"' }), 412, 'http/precondition')
    await problem(await world.call(`jobs/${job.id}/archive?output=map`), 404, 'artifact-not-found')
  },
}
