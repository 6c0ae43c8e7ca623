import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
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
import { type AlbumHost, albumHost, type Place } from '../support/album-host.js'
import { makeAlbum, makeAlbumTables } from '../support/albums.js'
import { until } from '../support/until.js'

const test = needsRedisServer(needsServer(suite('follow-ups of processes that are killed')))
const by = { principal: { id: 'ann' } }
let database: ScratchDatabase
let redis: RedisServer
let folder: string

test.before(async () => {
  database = await scratchDatabase({ template: { name: 'albums_host', prepare: makeAlbumTables } })
  redis = await redisServer()
  folder = await mkdtemp(join(tmpdir(), 'piecework-follow-ups-'))
})
test.after(async () => {
  await redis?.remove()
  await database?.drop()
  await rm(folder, { recursive: true, force: true })
})

async function withWorkers(place: Place, use: (host: AlbumHost, workers: Fleet) => Promise<void>) {
  const host = albumHost(place)
  const script = new URL('../support/album-worker.js', import.meta.url)
  const workers = fleet({ script, args: [JSON.stringify(place)] })
  try {
    await Promise.all([workers.add(), workers.add()])
    await use(host, workers)
  } finally {
    await workers.end()
    await host.stop()
  }
}

interface KnockRow {
  readonly key: string
  readonly text: string
  readonly attempt: number
  readonly pid: number
}

for (const runtime of ['Redis', 'each process by itself'] as const) {
  test(`F1: over ${runtime}: a process is killed in a follow-up, and another one goes on under the same key`, () => {
    const place = { database: database.url, folder, ...(runtime === 'Redis' && { redis: redis.url }) }
    return withWorkers(place, async ({ piecework, pool }, workers) => {
      const resource = { kind: 'album', id: randomUUID() }
      await makeAlbum(pool, resource.id)
      const knock = (text: string, hangs = false) => ({ action: 'knock', input: { text, hangs } })
      const onSuccess = [knock('one'), knock('two', true), knock('three')]
      const without = Array.from({ length: 6 }, (_, at) => `album/photos-${at + 3}`)
      const { id } = await piecework.export({ resource, ...by, without, onSuccess, onFailure: [knock('no')] })
      const knocks = async () =>
        (await pool.query<KnockRow>('SELECT * FROM knocks WHERE key LIKE $1', [`${id}/%`])).rows
      await until(async () => (await knocks()).some(({ text }) => text === 'two'))
      const [hung = assert.fail('nothing hangs')] = (await knocks()).filter(({ text }) => text === 'two')
      process.kill(hung.pid, 'SIGKILL')
      await until(() => workers.fallen().length > 0)
      const ended = async () => (await piecework.job(id, by)).followUps
      await until(async () => (await ended()).every(({ status }) => status === 'done' || status === 'failed'))

      const key = (at: number) => `${id}/onSuccess/${at}`
      const rows = await knocks()
      assert.deepEqual(
        rows.map((row) => [row.key, row.text, row.attempt]),
        [
          [key(0), 'one', 1],
          [key(1), 'two', 1],
          [key(1), 'two', 1],
          [key(2), 'three', 1],
        ],
      )
      assert.notEqual(rows[2]?.pid, hung.pid)
      const [one, two, three] = await ended()
      assert.deepEqual([one?.output, two?.status], [{ text: 'one', before: [] }, 'done'])
      assert.deepEqual(three?.output, { text: 'three', before: [one?.output, two?.output] })
      assert.equal((await piecework.job(id, by)).job.status, 'succeeded')
    })
  })
}

test.run()
