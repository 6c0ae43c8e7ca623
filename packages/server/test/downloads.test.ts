import assert from 'node:assert/strict'
import { execFile, spawnSync } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import type { ArtifactStore } from '@piecework/core'
import { memoryArtifacts } from '@piecework/core'
import { skipUnless } from '@piecework/test-support'
import fc from 'fast-check'
import { suite } from 'uvu'
import { rangeOf } from '#internal/downloads/byte-range.js'
import { fileHeaders } from '#internal/downloads/file-headers.js'
import { archiveOf, ended, exported, problem } from './support/answers.js'
import { rawConnection } from './support/raw.js'
import { type Form, withWorld } from './support/world.js'

const test = suite('downloads')
const hasCurl = spawnSync('curl', ['--version']).status === 0
const withCurl = skipUnless(hasCurl, 'curl is missing', suite('downloads by curl'))

/** Gives what is read in pieces of 1 kB, slowly, and counts them. */
function slowly(store: ArtifactStore): ArtifactStore & { read: number; isClosed: boolean } {
  const slow = {
    ...store,
    read: 0,
    isClosed: false,
    open: async function* (key: string, range?: { start: number; end: number }) {
      const { start, end } = range ?? { start: 0, end: (await store.stat(key))?.size ?? 0 }
      try {
        for (let at = start; at < end; at += 1024) {
          yield* store.open(key, { start: at, end: Math.min(at + 1024, end) })
          slow.read += 1
          await sleep(1)
        }
      } finally {
        slow.isClosed = true
      }
    },
  }
  return slow
}

for (const form of ['node', 'hono', 'koa'] as Form[])
  test(`a client that goes stops what is read for it (${form})`, async () => {
    const artifacts = slowly(memoryArtifacts())
    await withWorld(
      form,
      async (world) => {
        const lines = Array.from({ length: 60_000 }, () => Math.random().toString(36))
        world.shelf.add('large', 'Large', lines)
        const { id, files } = await exported(world, 'large')
        const all = Math.ceil((files[0]?.size ?? 0) / 1024)
        assert.ok(all > 300, String(all))
        Object.assign(artifacts, { read: 0, isClosed: false })
        const gone = new AbortController()
        const response = await world.call(`jobs/${id}/archive`, { signal: gone.signal })
        await response.body?.getReader().read()
        gone.abort()
        for (let at = 0; at < 100 && !artifacts.isClosed; at += 1) await sleep(10)
        assert.ok(artifacts.isClosed && artifacts.read < all, `${artifacts.read} of ${all}`)
        assert.deepEqual(world.errors, [])
      },
      { piecework: { artifacts } },
    )
  })

test('a download that a server cannot go on with is cut, not ended', async () => {
  const store = memoryArtifacts()
  let isBroken = false
  const artifacts: ArtifactStore = {
    ...store,
    open: async function* (key, range) {
      for await (const chunk of store.open(key, range)) {
        yield isBroken ? chunk.subarray(0, 100) : chunk
        if (isBroken) throw new Error('the disk is on fire')
      }
    },
  }
  await withWorld(
    'node',
    async (world) => {
      const { id } = await exported(world)
      isBroken = true
      const response = await world.call(`jobs/${id}/archive`)
      await assert.rejects(response.arrayBuffer())
      assert.equal(world.errors.length, 1)
    },
    { piecework: { artifacts } },
  )
})

test('what is not kept any more is 410', () =>
  withWorld(
    'node',
    async (world) => {
      const { id } = await exported(world)
      await sleep(60)
      await problem(await world.call(`jobs/${id}/archive`), 410, 'expired')
      assert.equal((await world.call(`jobs/${id}/archive`, { method: 'HEAD' })).status, 410)
      const { files } = await ended(world, id)
      assert.equal(files[0]?.href, undefined)
    },
    { piecework: { archiveTtlMs: 50 } },
  ))

withCurl('curl resumes a download with -C', () =>
  withWorld('node', async (world) => {
    const job = await exported(world)
    const whole = await archiveOf(world, job)
    const folder = await mkdtemp(join(tmpdir(), 'piecework-curl-'))
    try {
      const file = join(folder, 'a.zip')
      await writeFile(file, whole.subarray(0, 500))
      const url = `${world.url}/jobs/${job.id}/archive`
      await promisify(execFile)('curl', [
        '-sS',
        '--fail',
        '-C',
        '-',
        '-H',
        'Authorization: Bearer ann',
        '-o',
        file,
        url,
      ])
      assert.deepEqual(new Uint8Array(await readFile(file)), whole)
    } finally {
      await rm(folder, { recursive: true })
    }
  }),
)

test('whatever a range says, what is sent is inside the file', () => {
  const number = fc.oneof(fc.nat(50).map(String), fc.constantFrom('', '-1', '9'.repeat(30), '1e9', ' 3'))
  const header = fc.oneof(
    fc.string(),
    fc.tuple(number, number).map(([first, last]) => `bytes=${first}-${last}`),
  )
  fc.assert(
    fc.property(header, fc.nat(40), (range, size) => {
      const span = rangeOf(range, size)
      if (typeof span === 'string') return
      assert.ok(0 <= span.start && span.start < span.end && span.end <= size, JSON.stringify(span))
    }),
  )
})

test('no file name ends a header, and every one is readable', () => {
  const header = (name: string) => fileHeaders('application/zip', name)['content-disposition'] ?? ''
  assert.equal(header('a.zip'), 'attachment; filename="a.zip"')
  assert.match(
    header('Vögel – "neu".zip'),
    /^attachment; filename=".*"; filename\*=UTF-8''V%C3%B6gel%20%E2%80%93%20/,
  )
  for (const name of [
    'a\r\nSet-Cookie: x=y',
    'a"; filename="evil.exe',
    '../../etc/passwd',
    '\u0000',
    'а\u202egnp.exe',
  ])
    assert.match(
      header(name),
      /^attachment; filename="[^\r\n\0]*"(; filename\*=UTF-8''[\w%.~!#$&+^`|'-]*)?$/,
      name,
    )
})

test('types are given out by a list, and PNG alone is shown', () => {
  const of = (type: string) => {
    const headers = fileHeaders(type, 'a')
    return [headers['content-type'], headers['content-disposition']?.split(';')[0]]
  }
  assert.deepEqual(of('image/png'), ['image/png', 'inline'])
  assert.deepEqual(of('text/csv; charset=utf-8'), ['text/csv', 'attachment'])
  assert.deepEqual(of('image/tiff'), ['image/tiff', 'attachment'])
  for (const type of ['text/html', 'image/svg+xml', 'application/xhtml+xml', 'text/xml', '', 'x\r\ny: z'])
    assert.deepEqual(of(type), ['application/octet-stream', 'attachment'], type)
})

test('two downloads over one connection', () =>
  withWorld('node', async (world) => {
    const { id } = await exported(world)
    const socket = await rawConnection(world.port)
    let text = ''
    socket.on('data', (chunk: Buffer) => {
      text += chunk.toString('latin1')
    })
    for (let at = 1; at <= 2; at += 1) {
      socket.write(
        `GET /api/v1/jobs/${id}/archive HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer ann\r\nRange: bytes=0-3\r\n\r\n`,
      )
      for (let tries = 0; tries < 100 && text.split('PK\u0003\u0004').length <= at; tries += 1)
        await sleep(10)
    }
    assert.equal(text.split(' 206 ').length, 3)
    socket.destroy()
  }))

test.run()
withCurl.run()
