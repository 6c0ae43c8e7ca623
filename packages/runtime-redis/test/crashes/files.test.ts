import assert from 'node:assert/strict'
import { fork } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { folderFiles } from '@piecework/core'
import { fromPg, postgresStore } from '@piecework/postgres'
import {
  needsRedisServer,
  needsServer,
  type RedisServer,
  redisServer,
  type ScratchDatabase,
  scratchDatabase,
} from '@piecework/test-support'
import type pg from 'pg'
import { suite } from 'uvu'
import { type Death, type FilePlace, fileHost, fileTables } from '../support/file-host.js'

const test = needsRedisServer(needsServer(suite('files of processes that are killed')))
const principal = { id: 'ann' }
const { signal } = new AbortController()
let database: ScratchDatabase
let redis: RedisServer
let files: string

test.before(async () => {
  database = await scratchDatabase()
  redis = await redisServer()
  files = await mkdtemp(join(tmpdir(), 'piecework-files-'))
  const { pool, stop } = fileHost({ database: database.url, files }, {})
  await pool.query(fileTables)
  await postgresStore({ database: fromPg(pool) }).migrate()
  await stop()
})
test.after(async () => {
  await redis?.remove()
  await database?.drop()
  await rm(files, { recursive: true, force: true })
})

/** Unfinished ones are of no key. */
const keys = async (): Promise<readonly string[]> =>
  (await readdir(files)).filter((name) => !name.startsWith('.')).sort()

async function addAlbum(pool: pg.Pool): Promise<string> {
  const id = randomUUID()
  await pool.query('INSERT INTO albums VALUES ($1)', [id])
  for (const n of [1, 2, 3]) {
    const key = `${randomUUID()}.txt`
    await folderFiles(files).put(key, bytes(n), signal)
    await pool.query('INSERT INTO photos (album_id, n, file) VALUES ($1, $2, $3)', [id, n, key])
  }
  return id
}

async function* bytes(n: number): AsyncGenerator<Uint8Array> {
  for (let chunk = 0; chunk < 3; chunk++) yield Buffer.from(`file ${n}, chunk ${chunk}\n`)
}

const textsOf = async (pool: pg.Pool, album: string): Promise<readonly string[]> => {
  const found = await pool.query<{ file: string }>('SELECT file FROM photos WHERE album_id = $1 ORDER BY n', [
    album,
  ])
  return Promise.all(found.rows.map(({ file }) => readFile(join(files, file), 'utf8')))
}

/** A clone whose first process dies, and which another one ends. */
async function clonedByTwo(place: FilePlace, death: Death, breaks: boolean) {
  const host = fileHost(place, { breaks })
  try {
    const source = await addAlbum(host.pool)
    const before = await keys()
    const worker = fork(new URL('../support/file-worker.js', import.meta.url), [JSON.stringify(place), death])
    const gone = once(worker, 'exit')
    await once(worker, 'message')
    const asked = await host.piecework.clone({ resource: { kind: 'album', id: source }, principal })
    assert.deepEqual((await gone)[1], 'SIGKILL')
    const left = (await keys()).length - before.length
    await host.piecework.start()
    const { job } = await asked.ended()
    const texts = await textsOf(host.pool, source)
    const copy = job.result.resource && (await textsOf(host.pool, job.result.resource.id))
    const { rows } = await host.pool.query<{ count: number }>(
      'SELECT count(*)::int AS count FROM photos p WHERE NOT EXISTS (SELECT FROM albums a WHERE a.id = p.album_id AND a.ready)',
    )
    assert.equal(rows[0]?.count, 0, 'rows of a copy that is not ready')
    return { outcome: job.outcome, texts, copy, before, left, after: await keys() }
  } finally {
    await host.stop()
  }
}

for (const runtime of ['Redis', 'each process by itself'] as const) {
  const placed = (): FilePlace => ({
    database: database.url,
    files,
    ...(runtime === 'Redis' && { redis: redis.url }),
  })

  for (const [death, left] of [
    ['while it is put', 1],
    ['after it was put', 2],
  ] as const)
    test(`exactly once: over ${runtime}: killed ${death}, a file of the first attempt is gone when the second one has ended`, async () => {
      const found = await clonedByTwo(placed(), death, false)
      assert.equal(found.outcome, 'succeeded')
      assert.equal(found.left, left, 'the first process has put other files')
      assert.deepEqual(found.copy, found.texts)
      assert.equal(found.after.length, found.before.length + 3)
      assert.deepEqual(
        found.before.filter((key) => !found.after.includes(key)),
        [],
      )
    })

  test(`nothing half-made: over ${runtime}: killed after a file was put, a job that fails leaves none of any attempt`, async () => {
    const found = await clonedByTwo(placed(), 'after it was put', true)
    assert.equal(found.outcome, 'failed')
    assert.equal(found.left, 2)
    assert.deepEqual(found.after, found.before)
  })
}

test.run()
