import assert from 'node:assert/strict'
import { createHash, randomUUID } from 'node:crypto'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileArtifacts, type JobHandle, type JobReport } from '@piecework/core'
import {
  type Fleet,
  fleet,
  needsRedisServer,
  needsServer,
  type RedisServer,
  redisServer,
  type ScratchDatabase,
  scratchDatabase,
} from '@piecework/test-support'
import { suite } from 'uvu'
import { type AlbumHost, albumHost, deliveredTo, type Place } from '../support/album-host.js'
import { beforeOf, makeAlbum, makeAlbumTables, rowsPerTable, tables } from '../support/albums.js'
import { until } from '../support/until.js'

const test = needsRedisServer(
  needsServer(suite('three workers over Redis, with keys of sequences, and what befalls them')),
)
const principal = { id: 'ann' }
const resource = { kind: 'album', id: randomUUID() }
let database: ScratchDatabase
let redis: RedisServer
let place: Place
let host: AlbumHost
let workers: Fleet
let made = 1

test.before(async () => {
  database = await scratchDatabase({ template: { name: 'albums_host', prepare: makeAlbumTables } })
  redis = await redisServer()
  const folder = await mkdtemp(join(tmpdir(), 'piecework-redis-'))
  place = { database: database.url, redis: redis.url, folder }
  host = albumHost(place)
  await makeAlbum(host.pool, resource.id)
  workers = fleet({
    script: new URL('../support/album-worker.js', import.meta.url),
    args: [JSON.stringify(place)],
  })
  await Promise.all([workers.add(), workers.add(), workers.add()])
})
test.after(async () => {
  await workers?.end()
  await host?.stop()
  await redis?.remove()
  await database?.drop()
  await rm(place.folder, { recursive: true, force: true })
})

/** What happens while jobs run, some of it again and again. */
const troubles: Readonly<Record<string, () => Promise<void>>> = {
  'a worker is killed at random moments': async () => {
    for (let count = 0; count < 3; count++) {
      await sleep(Math.random() * 400)
      await workers.replace()
    }
  },
  'Redis forgets everything': async () => {
    for (let count = 0; count < 3; count++) {
      await sleep(50 + Math.random() * 200)
      await redis.flushAll()
    }
  },
  'Redis is away for several seconds, and comes back empty': async () => {
    await sleep(100 + Math.random() * 300)
    await redis.kill()
    await sleep(4000)
    await redis.start()
  },
  'Redis stands still for several seconds': async () => {
    await sleep(100 + Math.random() * 300)
    redis.freeze()
    await sleep(3000)
    redis.thaw()
  },
  'a worker stands still for longer than its lease, and wakes': async () => {
    await sleep(100 + Math.random() * 300)
    const wake = workers.freeze()
    await sleep(2500)
    wake()
  },
}

for (const [trouble, happens] of Object.entries(troubles)) {
  test(`exactly once, one truth: export, import and clone end and are right while ${trouble}`, async () => {
    const [exported] = await Promise.all([request('export').then(ended), happens()])
    const artifact = exported.job.result.archive?.artifact ?? assert.fail()
    const [imported, cloned] = await Promise.all([
      request('import', artifact).then(ended),
      request('clone').then(ended),
      happens(),
    ])
    made += 2
    for (const report of [exported, imported, cloned]) {
      assert.equal(report.job.status, 'succeeded', JSON.stringify(report.job.error))
      assert.equal(report.counts.rows, tables.length * rowsPerTable)
    }
    await assertDelivered(exported)
    await assertRight()
  })
}

test('exactly once, one truth: what runs, and what is asked for, while Redis is away for long ends and is right', async () => {
  const { archive } = (await ended(await request('export'))).job.result
  const imported = await request('import', archive?.artifact)
  await until(async () => (await host.piecework.job(imported.id, { principal })).job.status === 'running')
  await redis.kill()
  const cloned = await request('clone')
  // Longer than the twenty tries, over ten seconds, after which the client's default gives commands up.
  await sleep(16_000)
  await redis.start()
  made += 2
  for (const report of [await ended(imported), await ended(cloned)])
    assert.equal(report.job.status, 'succeeded', JSON.stringify(report.job.error))
  await assertRight()
})

test('one truth: a graceful stop of all workers gives their work to those that come after, without waiting for leases', async () => {
  const job = await request('clone')
  await until(async () =>
    (await host.piecework.job(job.id, { principal })).nodes.some(({ status }) => status === 'running'),
  )
  assert.deepEqual(await workers.stop(), [0, 0, 0])
  await Promise.all([workers.add(), workers.add(), workers.add()])
  const report = await ended(job)
  made += 1
  assert.equal(report.job.status, 'succeeded', JSON.stringify(report.job.error))
  await assertRight()
})

function request(kind: 'export' | 'import' | 'clone', artifact = ''): Promise<JobHandle> {
  const { piecework } = host
  if (kind === 'import') return piecework.import({ archive: { artifact }, principal })
  const deliver = [{ target: 'folder', destination: { folder: `${made}` } }]
  if (kind === 'export') return piecework.export({ resource, principal, deliver })
  return piecework.clone({ resource, principal })
}

/** One whole file, and no other. */
async function assertDelivered({ job: { request, result } }: JobReport): Promise<void> {
  const [delivery] = request.deliver ?? assert.fail('nothing was delivered')
  const { folder } = (delivery?.destination ?? {}) as { readonly folder?: string }
  const path = join(deliveredTo(place.folder), folder ?? '')
  const [name = '', ...others] = await readdir(path)
  assert.deepEqual(others, [])
  const bytes = await readFile(join(path, name))
  assert.equal(createHash('sha256').update(bytes).digest('hex'), result.archive?.sha256)
}

const ended = (job: JobHandle): Promise<JobReport> => job.ended()

/** Every album has each row once, none is half made, nothing is held and nothing is left over. */
async function assertRight(): Promise<void> {
  const { rows: all } = await host.pool.query('SELECT ready FROM albums')
  assert.deepEqual(
    all,
    Array.from({ length: made }, () => ({ ready: true })),
  )
  for (const table of tables) {
    const { rows } = await host.pool.query(
      `SELECT count(*)::int AS n, count(DISTINCT caption)::int AS captions FROM ${table} GROUP BY album_id`,
    )
    const each = { n: rowsPerTable, captions: rowsPerTable }
    assert.deepEqual(
      rows,
      Array.from({ length: made }, () => each),
      table,
    )
    const before = beforeOf(tables.indexOf(table))
    if (!before) continue
    const { rows: wrong } = await host.pool.query(
      `SELECT t.id FROM ${table} t JOIN ${before} b ON b.id = t.before_id WHERE b.album_id <> t.album_id OR b.caption <> t.caption`,
    )
    assert.deepEqual(wrong, [], table)
  }
  assert.deepEqual((await host.pool.query('SELECT FROM piecework.key_ranges')).rows, [])
  await host.piecework.guard.checkEditable(`album:${resource.id}`)
  const { rows: holds } = await host.pool.query('SELECT * FROM piecework.holds')
  assert.deepEqual(holds, [])
  const staged: string[] = []
  for await (const key of fileArtifacts(place.folder).list('jobs')) staged.push(key)
  assert.deepEqual(staged, [])
}

test.run()
