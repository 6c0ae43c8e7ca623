import assert from 'node:assert/strict'
import { connect } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { Upload } from 'tus-js-client'
import { uploadModel } from '#internal/uploads/upload-answers.js'
import { draftStatusModel, draftViewModel } from '#internal/views/draft-views.js'
import { accepted, answer, archiveOf, ended, exported, problem } from '../support/answers.js'
import type { World } from '../support/world.js'
import type { Case } from './case.js'

const tus = { 'tus-resumable': '1.0.0' }
const part = { ...tus, 'content-type': 'application/offset+octet-stream' }
const in64 = (text: string) => Buffer.from(text).toString('base64')

const create = (
  { call }: World,
  at: string,
  { size, metadata = {}, as = 'ann' }: { size: number; metadata?: Record<string, string>; as?: string },
) =>
  call(at, {
    method: 'POST',
    as,
    headers: {
      ...tus,
      'upload-length': String(size),
      'upload-metadata': Object.entries(metadata)
        .map(([name, value]) => `${name} ${in64(value)}`)
        .join(','),
    },
  })

/** Path of a new upload below the base path, from its relative `Location`. */
async function created(world: World, at: string, asked: Parameters<typeof create>[2]): Promise<string> {
  const response = await create(world, at, asked)
  const { id, offset } = await answer(response, uploadModel, 201)
  assert.deepEqual([offset, response.headers.get('tus-resumable')], [0, '1.0.0'])
  const location = response.headers.get('location') ?? ''
  assert.ok(location.startsWith('.'), `${location} is relative`)
  assert.equal(new URL(location, `${world.url}/${at}`).href, `${world.url}/uploads/${id}`)
  return `uploads/${id}`
}

const patch = ({ call }: World, at: string, offset: number, body: string | Uint8Array, as = 'ann') =>
  call(at, {
    method: 'PATCH',
    as,
    headers: { ...part, 'upload-offset': String(offset) },
    body: Buffer.from(body) as unknown as Exclude<RequestInit['body'], undefined>,
  })

const headOf = async ({ call }: World, at: string): Promise<(string | null)[]> => {
  const response = await call(at, { method: 'HEAD', headers: tus })
  assert.equal(response.status, 200)
  assert.equal(response.headers.get('cache-control'), 'no-store')
  return ['upload-offset', 'upload-length'].map((name) => response.headers.get(name))
}

async function draftAt({ call }: World): Promise<string> {
  const { id } = await answer(
    await call('books/import/notes', { json: { name: 'Resumed' } }),
    draftViewModel,
    201,
  )
  return `books/import/notes/${id}`
}

async function keysOf(artifacts: World['artifacts']): Promise<readonly string[]> {
  const found: string[] = []
  for await (const key of artifacts.list('jobs')) found.push(key)
  return found
}

/** Says that it sends all of it, and breaks off after some bytes. */
async function cutOff(
  { port }: World,
  at: string,
  offset: number,
  sent: string,
  length: number,
): Promise<void> {
  const socket = connect(port, '127.0.0.1')
  socket.on('error', () => undefined)
  await new Promise((resolve) => socket.once('connect', resolve))
  socket.write(
    `PATCH /api/v1/${at} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ann\r\ntus-resumable: 1.0.0\r\n` +
      `content-type: application/offset+octet-stream\r\nupload-offset: ${offset}\r\ncontent-length: ${length}\r\n\r\n${sent}`,
  )
  await sleep(100)
  socket.destroy()
}

export const uploads: Readonly<Record<string, Case>> = {
  'tus-js-client uploads a file of a draft, and goes on where a connection was cut': async (world) => {
    const at = await draftAt(world)
    const content = Buffer.from('one\ntwo\nthree\n')
    const upload = new Upload(content, {
      endpoint: `${world.url}/${at}/data-file`,
      headers: { authorization: 'Bearer ann' },
      metadata: { filename: 'größe.txt', role: 'text', metadata: '{"a":1}', filetype: 'text/plain' },
      chunkSize: 5,
      retryDelays: [0, 10, 50],
    })
    let cuts = 0
    await new Promise<void>((resolve, reject) => {
      upload.options.onError = reject
      upload.options.onSuccess = () => resolve()
      upload.options.onChunkComplete = () => {
        cuts += 1
        // As if the network had gone: a new client goes on from what the server has.
        if (cuts === 1) void upload.abort().then(() => upload.start())
      }
      upload.start()
    })
    const { files } = await answer(await world.call(at), draftStatusModel)
    assert.deepEqual(
      files.map(({ role, fileName, size, metadata }) => [role, fileName, size, metadata]),
      [['text', 'größe.txt', 14, { a: 1 }]],
    )
    const { id } = await accepted(await world.call(at, { json: {} }))
    assert.equal((await ended(world, id)).status, 'succeeded')
    const made = [...world.shelf.all.values()].find(({ name }) => name === 'Resumed')
    assert.deepEqual(made?.lines, ['one', 'two', 'three'])
    world.shelf.all.forEach((book, key) => {
      if (book === made) world.shelf.all.delete(key)
    })
  },
  'what has come when a connection is cut stays, and nothing is sent twice': async (world) => {
    const at = await created(world, `${await draftAt(world)}/data-file`, {
      size: 10,
      metadata: { role: 'text' },
    })
    assert.deepEqual(await headOf(world, at), ['0', '10'])
    const head = await world.call(at, { method: 'HEAD', headers: tus })
    assert.equal(head.headers.get('upload-metadata'), `role ${in64('text')}`, 'as the client has sent it')
    await cutOff(world, at, 0, 'abcd', 10)
    for (let tries = 0; (await headOf(world, at))[0] !== '4' && tries < 50; tries += 1) await sleep(20)
    assert.deepEqual(await headOf(world, at), ['4', '10'])
    const wrong = await patch(world, at, 0, 'abcdefghij')
    await problem(wrong, 409, 'upload-offset')
    const done = await patch(world, at, 4, 'efghij')
    assert.deepEqual([done.status, done.headers.get('upload-offset')], [204, '10'])
    assert.ok(Date.parse(done.headers.get('upload-expires') ?? '') > Date.now())
    assert.equal((await answer(await world.call(at), uploadModel)).isComplete, true)
    await problem(await patch(world, at, 10, ''), 409, 'uploads-closed')
    assert.equal((await world.call(at, { method: 'DELETE', headers: tus })).status, 204)
    await problem(await world.call(at), 404, 'upload-not-found')
  },
  'an archive that was uploaded is inspected, compared and imported by its id, once': async (world) => {
    const { call, shelf } = world
    const content = await archiveOf(world, await exported(world))
    const at = await created(world, 'books/import', { size: content.length, metadata: { filename: 'b.zip' } })
    const upload = at.slice('uploads/'.length)
    await problem(await call('books/import', { json: { upload } }), 422, 'input-incomplete')
    await patch(world, at, 0, content.subarray(0, 100))
    await patch(world, at, 100, content.subarray(100))
    const inside = await call('archives/inspect', { json: { upload } })
    assert.equal(((await inside.json()) as { tree: { id: string } }).tree.id, 'b1')
    const diff = await call('archives/diff', {
      json: { a: { upload }, b: { resource: { kind: 'book', id: 'b1' } } },
    })
    assert.equal(diff.status, 200)
    const job = await accepted(await call('books/import', { json: { upload, name: 'Of tus' } }))
    assert.equal((await ended(world, job.id)).status, 'succeeded')
    assert.deepEqual([...shelf.all.values()].find(({ name }) => name === 'Of tus')?.lines, ['wren', 'owl'])
    await problem(await call('books/import', { json: { upload } }), 409, 'uploads-closed')
    for (const [key, { name, parent }] of shelf.all)
      if (name === 'Of tus' || (parent !== undefined && shelf.all.get(parent)?.name === 'Of tus'))
        shelf.all.delete(key)
  },
  'who may not, what is too large and what is wrong is refused before the first byte': async (world) => {
    const { artifacts } = world
    const at = `${await draftAt(world)}/data-file`
    const file = { size: 10, metadata: { role: 'text' } }
    const keys = async () => (await keysOf(artifacts)).length
    const before = await keys()
    await problem(await create(world, at, { ...file, as: 'eve' }), 404, 'resource-not-found')
    await problem(await create(world, at, { ...file, as: '' }), 401, 'http/unauthenticated')
    const large = await problem(await create(world, at, { ...file, size: 1e12 }), 413, 'upload-limit')
    assert.ok(large.size === 1e12 && typeof large.maxBytes === 'number')
    await problem(await create(world, at, { size: 1, metadata: { role: 'txet' } }), 400, 'options-invalid')
    await problem(await create(world, at, { size: 1, metadata: { rolle: 'text' } }), 400, 'options-invalid')
    await problem(await create(world, 'books/import', { size: 1e13 }), 413, 'upload-limit')
    await problem(await create(world, 'books/import', { size: 1, as: 'eve' }), 403, 'forbidden')
    for (const headers of [
      { ...tus },
      { ...tus, 'upload-length': '-1' },
      { ...tus, 'upload-length': '5', 'upload-metadata': 'role !!' },
      { ...tus, 'upload-length': '5', 'upload-metadata': 'role dGV4dA==,role dGV4dA==' },
    ])
      await problem(await world.call(at, { method: 'POST', headers }), 400, 'http/malformed')
    const old = await world.call(at, {
      method: 'POST',
      headers: { 'tus-resumable': '0.2.2', 'upload-length': '5' },
    })
    assert.equal(old.headers.get('tus-version'), '1.0.0')
    await problem(old, 412, 'http/precondition')
    const own = await created(world, at, file)
    for (const as of ['eve', 'bob'])
      await problem(await patch(world, own, 0, 'x', as), 404, 'upload-not-found')
    await problem(await patch(world, own, 0, 'x'.repeat(11)), 413, 'http/too-large')
    const typed = await world.call(own, {
      method: 'PATCH',
      headers: { ...tus, 'content-type': 'text/plain' },
      body: 'x',
    })
    await problem(typed, 415, 'http/media-type')
    await problem(await world.call(own, { method: 'PATCH', headers: part, body: 'x' }), 400, 'http/malformed')
    assert.equal(await keys(), before, 'not one byte is kept')
  },
  'tus asks what there is': async ({ call }) => {
    const response = await call('uploads/x', { method: 'OPTIONS' })
    assert.equal(response.status, 204)
    assert.deepEqual(
      ['tus-version', 'tus-extension', 'allow'].map((name) => response.headers.get(name)),
      ['1.0.0', 'creation,termination,expiration', 'GET, HEAD, PATCH, DELETE, OPTIONS'],
    )
  },
  'every answer to a client of tus names the version': async (world) => {
    const { call } = world
    const draft = `${await draftAt(world)}/data-file`
    const file = { size: 4, metadata: { role: 'text' } }
    const at = await created(world, draft, file)
    const typed = { ...tus, 'content-type': 'text/plain', 'upload-offset': '0' }
    const answers = [
      [200, () => call(at, { method: 'HEAD', headers: tus })],
      [200, () => call(at, { headers: tus })],
      [409, () => patch(world, at, 2, 'x')],
      [413, () => patch(world, at, 0, 'longer')],
      [415, () => call(at, { method: 'PATCH', headers: typed, body: 'x' })],
      [405, () => call(at, { method: 'POST', headers: tus })],
      [204, () => patch(world, at, 0, 'all.')],
      [409, () => patch(world, at, 4, '')],
      [204, () => call(at, { method: 'DELETE', headers: tus })],
      [404, () => patch(world, at, 0, 'x')],
      [404, () => call(at, { method: 'HEAD', headers: tus })],
      [404, () => create(world, 'books/import/notes/none/data-file', file)],
      [401, () => create(world, draft, { ...file, as: '' })],
      [413, () => create(world, draft, { ...file, size: 1e12 })],
      [403, () => create(world, 'books/import', { size: 1, as: 'eve' })],
    ] as const
    for (const [status, ask] of answers) {
      const response = await ask()
      await response.arrayBuffer()
      assert.deepEqual([response.status, response.headers.get('tus-resumable')], [status, '1.0.0'])
    }
    const { headers } = await call('books/import', { json: { upload: 'none' } })
    assert.equal(headers.get('tus-resumable'), null, 'only to one of tus')
  },
  'what a creation does not take is refused by name; what clients add by themselves is not': async (
    world,
  ) => {
    const draft = `${await draftAt(world)}/data-file`
    for (const [at, metadata, field] of [
      ['books/import', { name: 'Mine' }, 'name'],
      ['books/import', { filename: 'a.zip', options: '{}' }, 'options'],
      ['books/import?name=Mine', {}, 'name'],
      ['books/import', { filname: 'a.zip' }, 'filname'],
      [draft, { role: 'text', rolle: 'text' }, 'rolle'],
      [`${draft}?role=text`, { role: 'text' }, 'role'],
    ] as const) {
      const refused = await problem(await create(world, at, { size: 1, metadata }), 400, 'options-invalid')
      assert.equal(refused.field, field)
    }
    const own = { filename: 'a.zip', filetype: 'application/zip' }
    const uppy = { ...own, name: own.filename, type: own.filetype, relativePath: 'null' }
    for (const metadata of [{}, own, uppy]) {
      await created(world, 'books/import', { size: 1, metadata })
      await created(world, draft, { size: 1, metadata: { ...metadata, role: 'text' } })
    }
  },
}
