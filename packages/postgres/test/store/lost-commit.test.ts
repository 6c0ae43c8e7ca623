import assert from 'node:assert/strict'
import net from 'node:net'
import { createPiecework, isPieceworkError, memoryArtifacts, type Piecework } from '@piecework/core'
import { fromPg, postgresStore } from '@piecework/postgres'
import { inProcess } from '@piecework/runtime-inprocess'
import { needsServer, type ScratchDatabase, scratchDatabase } from '@piecework/test-support'
import pg from 'pg'
import { suite } from 'uvu'

const test = needsServer(suite('requests whose connection is lost at their COMMIT'))

/** What becomes of the next COMMIT of a transaction that takes a claim: it is never sent, sent, or sent a while after the client was cut off. */
type Loss = 'unsent' | 'sent' | 'late'

/** Between clients and the server. */
class CuttingProxy {
  readonly #server: net.Server
  readonly #sockets = new Set<net.Socket>()
  #loss: Loss | undefined

  constructor(to: { readonly host: string; readonly port: number }) {
    this.#server = net.createServer((client) => {
      const server = net.connect(to)
      for (const socket of [client, server]) {
        this.#sockets.add(socket)
        socket.on('error', () => {})
      }
      let claims = false
      let cut = false
      server.pipe(client)
      client.on('data', (bytes) => {
        claims ||= bytes.includes('INSERT INTO piecework.holds')
        const ends = bytes.includes('COMMIT')
        const loss = ends && claims ? this.#loss : undefined
        claims &&= !ends
        if (loss === undefined) {
          server.write(bytes)
          return
        }
        this.#loss = undefined
        cut = true
        server.unpipe(client)
        client.destroy()
        if (loss === 'unsent') server.destroy()
        else setTimeout(() => server.end(bytes), loss === 'late' ? 700 : 0)
      })
      client.on('close', () => {
        if (!cut) server.destroy()
      })
    })
  }

  async listen(): Promise<number> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve))
    return (this.#server.address() as net.AddressInfo).port
  }

  lose(loss: Loss): void {
    this.#loss = loss
  }

  /** Whether what was to be lost has been lost. */
  get hasLost(): boolean {
    return this.#loss === undefined
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy()
    await new Promise((resolve) => this.#server.close(resolve))
  }
}

let scratch: ScratchDatabase
let proxy: CuttingProxy
let pool: pg.Pool
let piecework: Piecework
const principal = { id: 'ann' }
const resource = { kind: 'thing', id: '00000000-0000-4000-8000-000000000001' }

test.before(async () => {
  scratch = await scratchDatabase()
  const url = new URL(scratch.url)
  proxy = new CuttingProxy({ host: url.hostname, port: Number(url.port || 5432) })
  url.hostname = '127.0.0.1'
  url.port = String(await proxy.listen())
  pool = new pg.Pool({ connectionString: url.href, max: 4 })
  pool.on('error', () => {})
  const database = fromPg(pool)
  const store = postgresStore({ database })
  await store.migrate()
  piecework = createPiecework({
    packs: [
      {
        name: 'things',
        kinds: [
          {
            kind: 'thing',
            table: 'things',
            describe: async () => ({ name: 'thing' }),
            shell: { create: async () => {}, ready: async () => {}, remove: async () => {} },
          },
        ],
        pieces: [
          {
            contract: 1,
            name: 'thing/own',
            of: 'thing',
            version: 1,
            exporter: { export: async () => ({ rows: 0 }) },
            importer: { import: async () => ({ rows: 0 }) },
          },
        ],
      },
    ],
    store,
    artifacts: memoryArtifacts(),
    runtime: inProcess(),
  })
})
test.after(async () => {
  await pool.end()
  await proxy.close()
  await scratch.drop()
})

const lost = (error: unknown): boolean => isPieceworkError(error, 'database') && error.retryable

for (const loss of ['sent', 'late'] as const) {
  test(`one truth: a request whose COMMIT is ${loss} finds the job that it has made`, async () => {
    proxy.lose(loss)
    const handle = await piecework.export({ resource, principal })
    assert.ok(proxy.hasLost)
    assert.equal((await piecework.jobs({ resource, principal }))[0]?.id, handle.id)
    await assert.rejects(piecework.clone({ resource, principal }), (error) =>
      isPieceworkError(error, 'resource-busy'),
    )
    await handle.cancel()
    await pool.query('DELETE FROM piecework.holds')
  })

  test(`exclusion: a claim whose COMMIT is ${loss} is held, and can be released`, async () => {
    proxy.lose(loss)
    const claim = await piecework.guard.claim([resource], { id: 'me', kind: 'work' })
    assert.ok(proxy.hasLost)
    assert.equal((await pool.query('SELECT FROM piecework.holds')).rowCount, 1)
    await claim.release()
    assert.equal((await pool.query('SELECT FROM piecework.holds')).rowCount, 0)
  })
}

test('one truth: a request whose COMMIT was never sent fails, and claims nothing', async () => {
  const before = (await pool.query('SELECT FROM piecework.jobs')).rowCount
  proxy.lose('unsent')
  await assert.rejects(piecework.export({ resource, principal }), lost)
  assert.equal((await pool.query('SELECT FROM piecework.jobs')).rowCount, before)
  assert.equal((await pool.query('SELECT FROM piecework.holds')).rowCount, 0)
})

test.run()
