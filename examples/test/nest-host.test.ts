import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePort, needsServer, scratchDatabase } from '@piecework/test-support'
import pg from 'pg'
import { suite } from 'uvu'
import { endedJob } from './support/ended-job.js'
import { startProgram } from './support/start-program.js'

const test = suite('a CommonJS application on Nest')
const onServer = needsServer(suite('a CommonJS application on Nest and a server'))
const program = new URL('../../nest-host/build/main.js', import.meta.url)

interface Plan {
  readonly id: string
  readonly name: string
  readonly hectares: number
}

interface Host {
  /** As ann, unless `token` is another, or empty for none. */
  ask(path: string, options?: { method?: string; json?: unknown; token?: string }): Promise<Response>
  readonly headers: Record<string, string>
}

async function withHost(databaseUrl: string, use: (host: Host) => Promise<void>): Promise<void> {
  const files = await mkdtemp(join(tmpdir(), 'piecework-nest-host-'))
  const env = { PORT: String(await freePort()), FILES: files, DATABASE_URL: databaseUrl }
  const server = await startProgram(program, { env })
  try {
    const [, url = '', ann = ''] = /^(http:\S+)\/plans and .* (\S+)$/.exec(server.line) ?? []
    await use({
      headers: { authorization: `Bearer ${ann}` },
      ask: (path, { method = 'GET', json, token = ann } = {}) =>
        fetch(`${url}/${path}`, {
          method,
          headers: {
            ...(token && { authorization: `Bearer ${token}` }),
            ...(json !== undefined && { 'content-type': 'application/json' }),
          },
          ...(json !== undefined && { body: JSON.stringify(json) }),
        }),
    })
    // Nest repeats the signal when everything is closed.
    assert.equal(await server.end('SIGTERM'), null)
    assert.equal(server.process.signalCode, 'SIGTERM')
  } finally {
    server.process.kill('SIGKILL')
    await rm(files, { recursive: true, force: true })
  }
}

async function plansOf({ ask }: Host): Promise<readonly Plan[]> {
  return (await (await ask('plans')).json()) as Plan[]
}

test('asks for a token, exports, gives the archive out, and copies', () =>
  withHost('', async (host) => {
    const { ask, headers } = host
    const [bay] = await plansOf(host)
    assert.ok(bay)
    const job = `api/v1/plans/${bay.id}/export`
    for (const token of ['', 'ann', 'e30.e30.e30'])
      assert.equal((await ask(job, { method: 'POST', token })).status, 401)
    assert.equal((await ask('plans', { token: '' })).status, 401)

    const exported = await endedJob(await ask(job, { method: 'POST' }), headers)
    const file = await fetch(exported.files[0]?.href ?? '', { headers })
    assert.equal(file.status, 200)
    assert.equal((await file.arrayBuffer()).byteLength, exported.files[0]?.size)

    const clone = await ask(`api/v1/plans/${bay.id}/clone`, { method: 'POST', json: { name: 'Copy' } })
    const copied = await endedJob(clone, headers)
    const copy = (await plansOf(host)).find(({ id }) => id === copied.resource?.id)
    assert.deepEqual(copy, { id: copied.resource?.id, name: 'Copy', hectares: bay.hectares })
    assert.equal((await ask(`plans/${bay.id}`, { method: 'PATCH', json: { name: 'Cove' } })).status, 200)
  }))

onServer('refuses an edit with 423 while a job holds the plan', async () => {
  const scratch = await scratchDatabase()
  const pool = new pg.Pool({ connectionString: scratch.url })
  try {
    await withHost(scratch.url, async (host) => {
      const [bay] = await plansOf(host)
      const rename = (name: string) => host.ask(`plans/${bay?.id}`, { method: 'PATCH', json: { name } })
      // No job can read the zones until this transaction ends.
      const client = await pool.connect()
      await client.query('BEGIN; LOCK TABLE zones IN ACCESS EXCLUSIVE MODE')
      const clone = await host.ask(`api/v1/plans/${bay?.id}/clone`, {
        method: 'POST',
        json: { name: 'Copy' },
      })
      const refused = await rename('Cove')
      await client.query('ROLLBACK')
      client.release()
      assert.equal(refused.status, 423)
      assert.ok(Number(refused.headers.get('retry-after')) > 0)
      assert.equal(((await refused.json()) as { code: string }).code, 'resource-busy')

      const copied = await endedJob(clone, host.headers)
      assert.equal(copied.status, 'succeeded')
      assert.equal((await rename('Cove')).status, 200)
      const names = (await plansOf(host)).map(({ name }) => name)
      assert.deepEqual(names, ['Copy', 'Cove'])
    })
  } finally {
    await pool.end()
    await scratch.drop()
  }
})

test.run()
onServer.run()
