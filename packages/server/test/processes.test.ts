import assert from 'node:assert/strict'
import { createHash, randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileArtifacts } from '@piecework/core'
import { fromPg, postgresStore } from '@piecework/postgres'
import { needsServer, type ScratchDatabase, scratchDatabase, storeTemplate } from '@piecework/test-support'
import pg from 'pg'
import { suite } from 'uvu'
import { kill, startServer, type UploadServer } from './support/upload-servers.js'

const test = needsServer(suite('uploads over several processes'))
const mebibyte = 1024 ** 2
const partBytes = 8 * mebibyte

let scratch: ScratchDatabase
let folder: string
let pool: pg.Pool
test.before(async () => {
  scratch = await scratchDatabase({ template: storeTemplate })
  folder = await mkdtemp(join(tmpdir(), 'piecework-uploads-'))
  pool = new pg.Pool({ connectionString: scratch.url, max: 2 })
})
test.after(async () => {
  await pool.end()
  await scratch.drop()
  await rm(folder, { recursive: true })
})

const authorization = 'Bearer ann'

const call = ({ port }: UploadServer, path: string, init: RequestInit = {}): Promise<Response> =>
  fetch(`http://127.0.0.1:${port}/api/v1/${path}`, {
    ...init,
    headers: { authorization, 'tus-resumable': '1.0.0', ...(init.headers as Record<string, string>) },
  })

interface Draft {
  readonly job: string
  /** Path of its upload. */
  readonly upload: string
}

async function begin(server: UploadServer, size: number): Promise<Draft> {
  const made = await call(server, 'books/import/notes', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ name: 'Large' }),
  })
  const { id, job } = (await made.json()) as { id: string; job: string }
  const created = await call(server, `books/import/notes/${id}/data-file`, {
    method: 'POST',
    headers: {
      'upload-length': String(size),
      'upload-metadata': `role ${Buffer.from('text').toString('base64')}`,
    },
  })
  assert.equal(created.status, 201)
  return { job, upload: `uploads/${((await created.json()) as { id: string }).id}` }
}

async function offsetOf(server: UploadServer, upload: string): Promise<number> {
  return Number((await call(server, upload, { method: 'HEAD' })).headers.get('upload-offset'))
}

/** Sends from `offset` on and breaks off after `most` bytes. Resolves to how many were sent, also where the server dies. */
function send(
  { port }: UploadServer,
  upload: string,
  content: Buffer,
  offset: number,
  most: number,
): Promise<number> {
  const rest = content.subarray(offset)
  return new Promise((resolve) => {
    let sent = 0
    const asked = request({
      port,
      path: `/api/v1/${upload}`,
      method: 'PATCH',
      headers: {
        authorization,
        'tus-resumable': '1.0.0',
        'content-type': 'application/offset+octet-stream',
        'upload-offset': offset,
        'content-length': rest.length,
      },
    })
    const ended = () => resolve(sent)
    asked.once('error', ended).once('close', ended)
    asked.once('response', (response) => response.resume().once('end', ended))
    const pump = (): void => {
      if (asked.destroyed) return
      if (sent >= Math.min(most, rest.length)) {
        if (most < rest.length) asked.destroy()
        else asked.end()
        return
      }
      const chunk = rest.subarray(sent, Math.min(sent + 256 * 1024, most))
      asked.write(chunk, () => {
        sent += chunk.length
        pump()
      })
    }
    pump()
  })
}

/** sha256 of what the draft has, as its parts lie in the folder. */
async function storedSha(job: string): Promise<string | undefined> {
  const store = postgresStore({ database: fromPg(pool) })
  const [file] = (await store.jobs.get(job))?.request.input?.uploads ?? []
  if (!file) return undefined
  const artifacts = fileArtifacts(folder)
  const hash = createHash('sha256')
  let start = 0
  for (const { size, fence } of file.parts ?? []) {
    for await (const chunk of artifacts.open(`${file.artifact}/${start}-${fence}`)) hash.update(chunk)
    start += size
  }
  assert.equal(start, file.size)
  return hash.digest('hex')
}

const shaOf = (content: Buffer) => createHash('sha256').update(content).digest('hex')

test('64 MB in 20 cuts over three processes, two of which are killed on the way, is what was sent', async () => {
  const content = randomBytes(64 * mebibyte)
  const servers = await Promise.all([1, 2, 3].map(() => startServer(scratch.url, folder)))
  try {
    const at = (turn: number): UploadServer => servers[turn % servers.length] ?? assert.fail('no server')
    const { job, upload } = await begin(at(0), content.length)
    const cuts = 20
    let sent = 0
    for (let turn = 0; ; turn += 1) {
      const server = at(turn)
      const offset = await offsetOf(server, upload)
      if (offset === content.length) break
      assert.ok(turn <= cuts + 1, `${offset} bytes after ${turn} cuts`)
      const most =
        turn < cuts ? Math.floor((content.length / cuts) * (0.5 + Math.random())) : Number.POSITIVE_INFINITY
      const sending = send(server, upload, content, offset, most)
      if (turn === 5 || turn === 11) {
        await kill(server)
        servers[turn % servers.length] = await startServer(scratch.url, folder)
      }
      sent += await sending
    }
    assert.equal(await storedSha(job), shaOf(content))
    assert.ok(sent <= content.length + cuts * partBytes, `${sent} bytes were sent`)
  } finally {
    await Promise.all(servers.map(kill))
  }
})

for (const dies of ['before 2', 'after 2', 'before 3', 'after 3'])
  test(`a process that dies ${dies.replace(' ', ' the row of part ')} costs one part at most`, async () => {
    const content = randomBytes(2 * partBytes + 1000)
    const [dying, other] = [
      await startServer(scratch.url, folder, dies),
      await startServer(scratch.url, folder),
    ]
    try {
      const { job, upload } = await begin(other, content.length)
      await send(dying, upload, content, 0, Number.POSITIVE_INFINITY)
      const [when, number] = dies.split(' ')
      const kept = Math.min(content.length, (Number(number) - (when === 'before' ? 1 : 0)) * partBytes)
      assert.equal(await offsetOf(other, upload), kept)
      await send(other, upload, content, kept, Number.POSITIVE_INFINITY)
      assert.equal(await storedSha(job), shaOf(content))
      await call(other, upload, { method: 'DELETE' })
      const left: string[] = []
      for await (const key of fileArtifacts(folder).list(`jobs/${job}`)) left.push(key)
      assert.deepEqual(left, [], 'a part that has no row goes with its upload')
    } finally {
      await Promise.all([kill(dying), kill(other)])
    }
  })

test('of two that send at once one is taken, and the file is whole', async () => {
  const content = randomBytes(3 * partBytes)
  const servers = await Promise.all([1, 2].map(() => startServer(scratch.url, folder)))
  try {
    const [one, two] = servers
    assert.ok(one && two)
    const { job, upload } = await begin(one, content.length)
    await Promise.all([one, two].map((server) => send(server, upload, content, 0, Number.POSITIVE_INFINITY)))
    for (let turn = 0; turn < 3 && (await storedSha(job)) === undefined; turn += 1) {
      await send(one, upload, content, await offsetOf(one, upload), Number.POSITIVE_INFINITY)
    }
    assert.equal(await storedSha(job), shaOf(content))
  } finally {
    await Promise.all(servers.map(kill))
  }
})

test.run()
