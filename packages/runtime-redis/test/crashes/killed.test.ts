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
import { type AlbumHost, albumHost, hangingAlbum, type Place } from '../support/album-host.js'
import { makeAlbum, makeAlbumTables, parted, rowsPerTable } from '../support/albums.js'
import { bound, sheetBytes, sheetCount, sheetsAlbum } from '../support/sheets.js'
import { until } from '../support/until.js'

const test = needsRedisServer(needsServer(suite('follow-ups and parts of processes that are killed')))
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

const knocksOf = async ({ pool }: AlbumHost, of: string) =>
  (await pool.query<KnockRow>('SELECT * FROM knocks WHERE key LIKE $1', [`${of}/%`])).rows

/** Kills the process that has left the row, and hangs. */
async function killIn(host: AlbumHost, workers: Fleet, of: string, text: string): Promise<number> {
  const [{ pid } = assert.fail('nothing hangs')] = (await knocksOf(host, of)).filter(
    (one) => one.text === text,
  )
  process.kill(pid, 'SIGKILL')
  await until(() => workers.fallen().length > 0)
  return pid
}

const photos = (...numbers: readonly number[]) => numbers.map((number) => `album/photos-${number}`)

interface KnockRow {
  readonly key: string
  readonly text: string
  readonly attempt: number
  readonly pid: number
}

for (const runtime of ['Redis', 'each process by itself'] as const) {
  test(`exactly once, one truth: over ${runtime}: a process is killed in a part of an export, another in a follow-up; that part alone is exported again, and the follow-up runs again under the same key`, () => {
    const place = { database: database.url, folder, ...(runtime === 'Redis' && { redis: redis.url }) }
    return withWorkers(place, async (host, workers) => {
      const { piecework, pool } = host
      const resource = { kind: 'album', id: randomUUID() }
      await makeAlbum(pool, resource.id, hangingAlbum)
      const knock = (text: string, hangs = false) => ({ action: 'knock', input: { text, hangs } })
      const request = { resource, ...by, without: photos(0, 2, 3, 4, 5, 6, 7, 8) }
      const job = await piecework.export({
        ...request,
        onSuccess: [knock('one'), knock('two', true), knock('three')],
        onFailure: [knock('no')],
      })
      const { id } = job
      const knocks = (of: string) => knocksOf(host, of)

      await until(async () => (await knocks(resource.id)).length === rowsPerTable / parted.rows)
      await killIn(host, workers, resource.id, 'part 3')
      await workers.add()
      const { job: exported, counts } = await job.ended()
      assert.equal(exported.status, 'succeeded', JSON.stringify(exported.error))
      assert.equal(counts.rows, rowsPerTable)
      assert.deepEqual((await knocks(resource.id)).map(({ text }) => text).sort(), [
        'part 1',
        'part 2',
        'part 3',
        'part 3',
        'part 4',
      ])
      const artifact = exported.result.archive?.artifact ?? assert.fail('there is no archive')
      assert.equal((await piecework.diff({ artifact }, request)).equal, true)

      await until(async () => (await knocks(id)).some(({ text }) => text === 'two'))
      const hung = await killIn(host, workers, id, 'two')
      const ended = async () => (await piecework.job(id, by)).followUps
      await until(async () => (await ended()).every(({ status }) => status === 'done' || status === 'failed'))
      const key = (at: number) => `${id}/onSuccess/${at}`
      const rows = await knocks(id)
      assert.deepEqual(
        rows.map((row) => [row.key, row.text, row.attempt]),
        [
          [key(0), 'one', 1],
          [key(1), 'two', 1],
          [key(1), 'two', 1],
          [key(2), 'three', 1],
        ],
      )
      assert.notEqual(rows[2]?.pid, hung)
      const [one, two, three] = await ended()
      assert.deepEqual([one?.output, two?.status], [{ text: 'one', before: [] }, 'done'])
      assert.deepEqual(three?.output, { text: 'three', before: [one?.output, two?.output] })
      assert.equal((await piecework.job(id, by)).job.status, 'succeeded')
    })
  })

  test(`exactly once, nothing half-made: over ${runtime}: a process that is killed while it renders costs its part alone, whose bytes are replaced; the output is of all parts`, () => {
    const place = { database: database.url, folder, ...(runtime === 'Redis' && { redis: redis.url }) }
    return withWorkers(place, async (host, workers) => {
      const { piecework, pool } = host
      const resource = { kind: 'album', id: randomUUID() }
      await makeAlbum(pool, resource.id, sheetsAlbum)
      const job = await piecework.export({ resource, ...by, outputs: [{ name: bound.name }] })
      await until(async () => (await knocksOf(host, resource.id)).length === sheetCount)
      const killed = await killIn(host, workers, resource.id, 'part 3, 1 file')
      await workers.add()
      const { job: exported, nodes } = await job.ended()
      assert.equal(exported.status, 'succeeded', JSON.stringify(exported.error))
      const rows = await knocksOf(host, resource.id)
      const numbers = Array.from({ length: sheetCount }, (_, at) => at + 1)
      assert.deepEqual(
        rows.map(({ text }) => text).sort(),
        [...numbers, 3].sort().map((number) => `part ${number}, 1 file`),
      )
      assert.notEqual(rows.at(-1)?.pid, killed)
      assert.equal(nodes.filter(({ part }) => part).length, sheetCount)
      const { bytes } = await piecework.download(job.id, by)
      const chunks: Uint8Array[] = []
      for await (const chunk of bytes) chunks.push(chunk)
      const expected = Buffer.concat([Buffer.from(`${sheetsAlbum}\n`), ...numbers.map(sheetBytes)])
      assert.ok(Buffer.concat(chunks).equals(expected), 'the output is not of all parts')
    })
  })
}

test.run()
