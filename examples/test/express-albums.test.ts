import assert from 'node:assert/strict'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePort, needsServer, scratchDatabase } from '@piecework/test-support'
import { suite } from 'uvu'
import { type EndedJob, endedJob } from './support/ended-job.js'
import { startProgram } from './support/start-program.js'

const test = suite('albums on Express')
const onServer = needsServer(suite('albums on Express and a server'))
const authorization = { authorization: 'Bearer ann' }

interface Album {
  readonly id: string
  readonly name: string
  readonly photos: readonly string[]
}

/** Exports the album, imports the archive, copies it; all over HTTP. */
async function thereAndBack(url: string): Promise<void> {
  const albums = async () => (await (await fetch(`${url}/albums`)).json()) as Album[]
  const ask = async (path: string, init: RequestInit = {}): Promise<EndedJob> => {
    const answer = await fetch(`${url}/api/albums/${path}`, {
      method: 'POST',
      ...init,
      headers: { ...authorization, ...(init.headers as Record<string, string>) },
    })
    assert.equal(answer.status, 202)
    const job = await endedJob(answer, authorization)
    assert.equal(job.status, 'succeeded')
    return job
  }
  const [birds] = await albums()
  assert.ok(birds)
  assert.equal((await fetch(`${url}/api/albums/${birds.id}/export`, { method: 'POST' })).status, 401)

  const exported = await ask(`${birds.id}/export`)
  const archive = await fetch(exported.files[0]?.href ?? '', { headers: authorization })
  assert.equal(archive.status, 200)
  const body = await archive.arrayBuffer()
  const imported = await ask('import?name=Again', { body, headers: { 'content-type': 'application/zip' } })
  const copied = await ask(`${birds.id}/clone`, {
    body: JSON.stringify({ name: 'Copy' }),
    headers: { 'content-type': 'application/json' },
  })

  const found = await albums()
  assert.equal(found.length, 3)
  for (const { resource } of [imported, copied])
    assert.deepEqual(found.find(({ id }) => id === resource?.id)?.photos, ['owl', 'wren'])
}

async function run(databaseUrl: string): Promise<void> {
  const files = await mkdtemp(join(tmpdir(), 'piecework-express-albums-'))
  const port = await freePort()
  const program = new URL('../src/express-albums.js', import.meta.url)
  const env = { PORT: String(port), FILES: files, DATABASE_URL: databaseUrl }
  const server = await startProgram(program, { env })
  try {
    assert.ok(server.line.startsWith(`http://127.0.0.1:${port}/albums; curl `))
    await thereAndBack(`http://127.0.0.1:${port}`)
    assert.equal(await server.end('SIGINT'), 0)
  } finally {
    server.process.kill('SIGKILL')
    await rm(files, { recursive: true, force: true })
  }
}

test('an album goes out, comes back and is copied', () => run(''))

onServer('an album goes out, comes back and is copied', async () => {
  const scratch = await scratchDatabase()
  try {
    await run(scratch.url)
  } finally {
    await scratch.drop()
  }
})

test('the server is shorter than 60 lines', async () => {
  const source = await readFile(new URL('../../src/express-albums.ts', import.meta.url), 'utf8')
  assert.ok(source.trimEnd().split('\n').length < 60)
})

test.run()
onServer.run()
