import assert from 'node:assert/strict'
import { readdir } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { setTimeout as sleep } from 'node:timers/promises'
import { suite } from 'uvu'
import { archiveOf, exported, form, problem } from './support/answers.js'
import { rawCall, rawConnection, readAll } from './support/raw.js'
import { type World, withWorld } from './support/world.js'

const test = suite('limits')

const limits = {
  pathLength: 300,
  headerBytes: 2000,
  jsonBytes: 1000,
  fieldBytes: 200,
  idleMs: 150,
  jsonMs: 400,
}
const small = (use: (world: World) => Promise<void>) => withWorld('node', use, { http: { limits } })
const auth = 'Host: a\r\nAuthorization: Bearer ann\r\n'
const json = 'Content-Type: application/json\r\n'

test('addresses and headers that are too long are 414 and 431', () =>
  small(async ({ call }) => {
    await problem(await call(`jobs?kind=${'x'.repeat(400)}`), 414, 'http/path')
    await problem(await call('jobs', { headers: { 'x-long': 'x'.repeat(2500) } }), 431, 'http/headers')
    assert.equal((await call('jobs')).status, 200)
  }))

test('a JSON body that is too large is 413 with both sizes, by its length and as it comes', () =>
  small(async ({ call, port }) => {
    const large = { options: { a: 'x'.repeat(2000) } }
    const said = await problem(await call('books/b1/export', { json: large }), 413, 'http/too-large')
    assert.deepEqual([said.size, said.maxBytes], [JSON.stringify(large).length, 1000])
    // By its length alone: nothing of it is sent.
    const stated = `POST /api/v1/books/b1/export HTTP/1.1\r\n${auth}${json}Content-Length: 5000\r\n\r\n`
    assert.match(await rawCall(port, stated, '"size":5000,"maxBytes":1000'), /^HTTP\/1\.1 413 /)
    const chunk = `5dc\r\n${'x'.repeat(1500)}\r\n`
    const text = await rawCall(
      port,
      `POST /api/v1/books/b1/export HTTP/1.1\r\n${auth}${json}Transfer-Encoding: chunked\r\n\r\n${chunk}`,
      '"maxBytes":1000',
    )
    assert.match(text, /^HTTP\/1\.1 413 /)
    assert.match(text, /connection: close/i)
  }))

test('a body that stalls, or takes too long, is 408', () =>
  small(async ({ port }) => {
    const head = `POST /api/v1/books/b1/export HTTP/1.1\r\n${auth}${json}Content-Length: 500\r\n\r\n`
    assert.match(await rawCall(port, `${head}{"a"`, 'http/timeout'), /^HTTP\/1\.1 408 /)
    const socket = await rawConnection(port)
    const answer = readAll(socket, 'http/timeout')
    socket.write(head)
    for (let at = 0; at < 14; at += 1) {
      socket.write(' ')
      await sleep(50)
    }
    // It never stalled, but took too long.
    assert.match(await Promise.race([answer, sleep(10_000)]).then(String), /^HTTP\/1\.1 408 /)
    socket.destroy()
  }))

test('an upload that stalls is 408, and nothing of it stays', () =>
  small(async ({ port, artifacts, piecework }) => {
    const head = `POST /api/v1/books/import HTTP/1.1\r\n${auth}Content-Type: application/zip\r\nContent-Length: 500\r\n\r\n`
    assert.match(await rawCall(port, `${head}PK`, 'http/timeout'), /^HTTP\/1\.1 408 /)
    for await (const key of artifacts.list('jobs')) assert.fail(key)
    assert.deepEqual(await piecework.jobs({ principal: { id: 'ann' } }), [])
  }))

test('an upload whose client goes leaves nothing', () =>
  small(async ({ port, artifacts, piecework, errors }) => {
    const socket = await rawConnection(port)
    const length = 'Content-Type: application/zip\r\nContent-Length: 5000\r\n'
    socket.write(`POST /api/v1/books/import HTTP/1.1\r\n${auth}${length}\r\nPK`)
    await sleep(50)
    socket.destroy()
    const left = async () => {
      const keys: string[] = []
      for await (const key of artifacts.list('jobs')) keys.push(key)
      return keys
    }
    await sleep(100)
    for (let at = 0; at < 500 && (await left()).length > 0; at += 1) await sleep(10)
    assert.deepEqual(await left(), [])
    assert.deepEqual(await piecework.jobs({ principal: { id: 'ann' } }), [])
    assert.deepEqual(errors, [], 'that is no failure of ours')
  }))

test('a file is refused by its stated length before a byte of it is taken, with both sizes', () =>
  withWorld(
    'node',
    async ({ port }) => {
      const head = `POST /api/v1/books/import HTTP/1.1\r\n${auth}Content-Type: application/zip\r\n`
      const text = await rawCall(port, `${head}Content-Length: 100000\r\n\r\n`, '"maxBytes"')
      assert.match(text, /^HTTP\/1\.1 413 /)
      assert.match(text, /"size":100000,"maxBytes":4096/)
    },
    { piecework: { limits: { archiveBytes: 4096 } } },
  ))

test('a file that turns out to be too large is 413 with both sizes, in a form and as it is', () =>
  withWorld('node', async (world) => {
    const { call } = world
    const prepared = await call('books/import/notes', { json: { name: 'Large' } })
    const { id } = (await prepared.json()) as { id: string }
    const at = `books/import/notes/${id}/data-file`
    const large = 'x'.repeat(3000)
    const inForm = await problem(
      await call(at, { method: 'POST', body: form({ role: 'text' }, large) }),
      413,
      'upload-limit',
    )
    assert.ok((inForm.size ?? 0) > 1000 && inForm.maxBytes === 1000)
    const raw = { method: 'POST', body: large, headers: { 'content-type': 'text/plain' } }
    const said = await problem(await call(`${at}?role=text`, raw), 413, 'http/too-large')
    assert.deepEqual([said.size, said.maxBytes], [3000, 1000])
  }))

test('access is asked before the first byte of a body', () =>
  withWorld('node', async ({ port }) => {
    const told = async (path: string, who: string, type: string) =>
      rawCall(
        port,
        `POST /api/v1/${path} HTTP/1.1\r\nHost: a\r\n${who}Content-Type: ${type}\r\nContent-Length: 500\r\n\r\n`,
        'problem:',
      )
    const eve = 'Authorization: Bearer eve\r\n'
    for (const type of ['application/zip', 'multipart/form-data; boundary=x']) {
      assert.match(await told('books/import', '', type), /^HTTP\/1\.1 401 /)
      assert.match(await told('books/import', eve, type), /^HTTP\/1\.1 403 /)
      assert.match(await told('books/b1/chapters/import', eve, type), /^HTTP\/1\.1 404 /)
      assert.match(await told('books/import/notes/b1/data-file', eve, type), /^HTTP\/1\.1 404 /)
    }
  }))

test('what cannot be taken is refused before the first byte: a role by its size, a draft that has been run', () =>
  withWorld('node', async ({ call, port }) => {
    const prepared = await call('books/import/notes', { json: { name: 'Closed' } })
    const { id } = (await prepared.json()) as { id: string }
    const at = `books/import/notes/${id}/data-file`
    const told = async (role: string) =>
      rawCall(
        port,
        `POST /api/v1/${at}?role=${role} HTTP/1.1\r\n${auth}Content-Type: text/plain\r\nContent-Length: 500\r\n\r\n`,
        'problem:',
      )
    const large = await told('cover')
    assert.match(large, /^HTTP\/1\.1 413 /)
    assert.match(large, /"size":500,"maxBytes":10/)
    await call(at, { method: 'POST', body: form({ role: 'text' }, 'one\n') })
    await call(`books/import/notes/${id}`, { json: {} })
    assert.match(await told('text'), /^HTTP\/1\.1 409 .*uploads-closed/s)
    const inForm = 'Content-Type: multipart/form-data; boundary=x\r\nContent-Length: 500\r\n'
    const closed = await rawCall(port, `POST /api/v1/${at} HTTP/1.1\r\n${auth}${inForm}\r\n`, 'problem:')
    assert.match(closed, /^HTTP\/1\.1 409 .*uploads-closed/s)
  }))

test('forms: fields come before the one file, each once, and not too large', () =>
  small(async (world) => {
    const { call } = world
    const archive = await archiveOf(world, await exported(world))
    const send = (parts: readonly string[], more = '--x--\r\n') =>
      call('books/import', {
        method: 'POST',
        body: `${parts.map((part) => `--x\r\nContent-Disposition: form-data; ${part}\r\n`).join('')}${more}`,
        headers: { 'content-type': 'multipart/form-data; boundary=x' },
      })
    const file = `name="file"; filename="a.zip"\r\n\r\n${'z'.repeat(20)}`
    const field = 'name="name"\r\n\r\nMine'
    for (const [parts, words] of [
      [[file, field], /comes after the file/],
      [[field, field, file], /twice/],
      [[file, file], /more than one file/],
      [[field], /no file/],
    ] as const)
      assert.match((await problem(await send(parts), 400, 'http/malformed')).detail, words)
    await problem(await send([field, file], ''), 400, 'http/malformed')
    await problem(await send([`name="name"\r\n\r\n${'x'.repeat(500)}`, file]), 413, 'http/too-large')
    const many = Array.from({ length: 9 }, (_, at) => `name="n${at}"\r\n\r\n${'x'.repeat(30)}`)
    await problem(await send([...many, file]), 413, 'http/too-large')
    const unknown = new FormData()
    unknown.set('nmae', 'Mine')
    unknown.set('file', new Blob([archive as unknown as string]), 'a.zip')
    const said = await problem(
      await call('books/import', { method: 'POST', body: unknown }),
      400,
      'options-invalid',
    )
    assert.match(said.detail, /^The form .* did you mean "name"/)
    const raw = { method: 'POST', body: 'PK', headers: { 'content-type': 'application/zip' } }
    const asked = await problem(await call('books/import?nmae=Mine', raw), 400, 'options-invalid')
    assert.match(asked.detail, /^The query .* did you mean "name"/)
    await problem(
      await call('books/import', {
        method: 'POST',
        body: 'x',
        headers: { 'content-type': 'multipart/form-data' },
      }),
      400,
      'http/malformed',
    )
  }))

test('an archive that is looked into is kept in a temporary file, of a size that is limited', () =>
  withWorld(
    'node',
    async (world) => {
      const kept = async () =>
        (await readdir(tmpdir())).filter((name) => name.startsWith('piecework-upload-'))
      const before = await kept()
      const { call } = world
      const body = await archiveOf(world, await exported(world))
      const zip = { method: 'POST', body, headers: { 'content-type': 'application/zip' } }
      const said = await problem(await call('archives/inspect', zip as never), 413, 'http/too-large')
      assert.deepEqual([said.size, said.maxBytes], [body.length, 500])
      await problem(
        await call('archives/inspect', { method: 'POST', body: form({}, body) }),
        413,
        'http/too-large',
      )
      assert.deepEqual(await kept(), before)
    },
    { http: { limits: { spoolBytes: 500 } } },
  ))

test('JSON of too many values is refused', () =>
  withWorld('node', async ({ call }) => {
    const many = { options: { a: Array.from({ length: 20_000 }, () => 0) } }
    await problem(await call('books/b1/export', { json: many }), 400, 'http/malformed')
  }))

test('500 connections that hang do not stop another one', () =>
  small(async ({ call, port }) => {
    const hanging = await Promise.all(
      Array.from({ length: 500 }, async (_, at) => {
        const socket = await rawConnection(port)
        const head = `POST /api/v1/books/import HTTP/1.1\r\n${auth}Content-Type: application/zip\r\nContent-Length: 9\r\n`
        socket.write(at % 2 === 0 ? 'GET /api/v1/jobs HT' : `${head}\r\nPK`)
        return socket
      }),
    )
    assert.equal((await call('health')).status, 200)
    assert.equal((await call('jobs')).status, 200)
    for (const socket of hanging) socket.destroy()
  }))

test('an id is decoded once, and a word of ours is no id', () =>
  withWorld('node', async ({ call, shelf }) => {
    shelf.add('a b%2Fc', 'Odd', [])
    assert.equal((await call('books/a%20b%252Fc/exports')).status, 200)
    assert.equal((await call('books/a%20b%2Fc/exports')).status, 404)
    // `projects/import` is a place of its own, whatever ids there are.
    shelf.add('import', 'Import', [])
    await problem(await call('books/import', { method: 'DELETE' }), 405, 'http/method')
  }))

test('a request is known by its path alone, in whatever form it comes', () =>
  withWorld('node', async ({ port }) => {
    const first = async (line: string) =>
      (await rawCall(port, `${line} HTTP/1.1\r\n${auth}Connection: close\r\n\r\n`)).split('\r\n')[0]
    const evil = `GET /api/v1/openapi.json HTTP/1.1\r\nHost: evil.example.org\r\nConnection: close\r\n\r\n`
    const described = await rawCall(port, evil)
    assert.ok(described.includes('https://books.example.org/api/v1') && !described.includes('evil'))
    assert.match((await first('GET http://evil.example.org/api/v1/jobs')) ?? '', / 200 /)
    for (const path of [
      '/api/v1/../v1/jobs',
      '/api/v1//jobs',
      '/api/v1/jobs/',
      '/api/v1x/jobs',
      '/API/v1/jobs',
      '/api/v1/%6aobs',
    ])
      assert.match((await first(`GET ${path}`)) ?? '', / 404 /, path)
  }))

test.run()
