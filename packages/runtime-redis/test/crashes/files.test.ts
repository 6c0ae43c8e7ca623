import assert from 'node:assert/strict'
import { type ChildProcess, fork } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { folderFiles, type Piecework } from '@piecework/core'
import type { ArchiveRef, FileStore } from '@piecework/core/piece'
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
import { type FilePlace, fileHost, fileTables } from '../support/file-host.js'
import type { Moment } from '../support/file-worker.js'
import { until } from '../support/until.js'

const test = needsRedisServer(needsServer(suite('files of processes that are halted')))
const principal = { id: 'ann' }
const { signal } = new AbortController()
const source = randomUUID()
const texts = [1, 2, 3].map((n) => [0, 1, 2].map((chunk) => `file ${n}, chunk ${chunk}\n`))
let database: ScratchDatabase
let redis: RedisServer
let files: string
let artifacts: string
let archive: ArchiveRef

type Way = 'import' | 'clone'

test.before(async () => {
  database = await scratchDatabase()
  redis = await redisServer()
  files = await mkdtemp(join(tmpdir(), 'piecework-files-'))
  artifacts = await mkdtemp(join(tmpdir(), 'piecework-archives-'))
  const { pool, piecework, stop } = fileHost(place())
  await pool.query(fileTables)
  await postgresStore({ database: fromPg(pool) }).migrate()
  await pool.query('INSERT INTO albums VALUES ($1)', [source])
  for (const [n, chunks] of texts.entries()) {
    const key = `${randomUUID()}.txt`
    await folderFiles(files).put(key, each(chunks), signal)
    await pool.query('INSERT INTO photos (album_id, n, file) VALUES ($1, $2, $3)', [source, n, key])
  }
  await piecework.start()
  const exported = await piecework.export({ resource: { kind: 'album', id: source }, principal })
  archive = (await exported.result()).archive ?? assert.fail('no archive')
  await stop()
})
test.after(async () => {
  await redis?.remove()
  await database?.drop()
  for (const folder of [files, artifacts]) await rm(folder, { recursive: true, force: true })
})

const place = (over?: 'Redis'): FilePlace => ({
  database: database.url,
  files,
  artifacts,
  ...(over && { redis: redis.url }),
})

async function* each(chunks: readonly string[]): AsyncGenerator<Uint8Array> {
  for (const chunk of chunks) yield Buffer.from(chunk)
}

/** Unfinished ones, too. */
const keys = async (): Promise<readonly string[]> =>
  (await readdir(files, { recursive: true, withFileTypes: true }))
    .filter((one) => one.isFile())
    .map(({ name }) => name)
    .sort()

const textsOf = async (pool: pg.Pool, album: string): Promise<readonly string[]> => {
  const found = await pool.query<{ file: string }>('SELECT file FROM photos WHERE album_id = $1 ORDER BY n', [
    album,
  ])
  return Promise.all(found.rows.map(({ file }) => readFile(join(files, file), 'utf8')))
}

const request = (piecework: Piecework, way: Way) =>
  way === 'import'
    ? piecework.import({ archive, principal })
    : piecework.clone({ resource: { kind: 'album', id: source }, principal })

/** The next message of the process that says so. */
async function said(worker: ChildProcess, word: string): Promise<void> {
  for (;;) if ((await once(worker, 'message'))[0] === word) return
}

/** Files that are there more than before, and that every file of before is. */
function more(before: readonly string[], after: readonly string[]): number {
  assert.deepEqual(
    before.filter((key) => !after.includes(key)),
    [],
    'files of others are gone',
  )
  return after.length - before.length
}

interface Asked {
  readonly over?: 'Redis'
  readonly way: Way
  readonly at: Moment
  readonly stop?: 'SIGKILL' | 'SIGSTOP'
  readonly breaks?: boolean
  readonly sweeps?: boolean
  /** Of the process that ends the job. */
  readonly files?: (store: FileStore) => FileStore
}

/** A job whose first process is halted, and which another one ends. */
async function madeByTwo(
  { over, way, at, stop = 'SIGKILL', ...options }: Asked,
  look: (found: Ended) => Promise<void>,
): Promise<void> {
  const host = fileHost(place(over), options)
  const before = await keys()
  const worker = fork(new URL('../support/file-worker.js', import.meta.url), [
    JSON.stringify(place(over)),
    at,
    stop,
  ])
  try {
    await said(worker, 'started')
    const gone = once(worker, 'exit')
    const halted = said(worker, 'halted')
    const asked = await request(host.piecework, way)
    await halted
    if (stop === 'SIGKILL') assert.equal((await gone)[1], 'SIGKILL')
    const left = more(before, await keys())
    await host.piecework.start()
    const { job } = await asked.ended()
    const { rows } = await host.pool.query<{ count: number }>(
      'SELECT count(*)::int AS count FROM photos p WHERE NOT EXISTS (SELECT FROM albums a WHERE a.id = p.album_id AND a.ready)',
    )
    assert.equal(rows[0]?.count, 0, 'rows of a copy that is not ready')
    const copy = job.result.resource && (await textsOf(host.pool, job.result.resource.id))
    if (job.outcome === 'succeeded')
      assert.deepEqual(
        copy,
        texts.map((chunks) => chunks.join('')),
      )
    const outcome = `${job.outcome}`
    await look({ ...host, worker, outcome, left, more: async () => more(before, await keys()) })
  } finally {
    worker.kill('SIGKILL')
    await host.stop()
  }
}

interface Ended {
  readonly worker: ChildProcess
  readonly pool: pg.Pool
  readonly outcome: string
  /** Files of the process that was halted, and by now. */
  readonly left: number
  more(): Promise<number>
}

/** The journal's times, as they are a day later. */
const dayLater = (pool: pg.Pool) =>
  pool.query(`UPDATE piecework.put_files SET ended_at = ended_at - interval '25 hours'`)

/** Over Redis, and each process by itself. */
const asked = { import: { way: 'import', over: 'Redis' }, clone: { way: 'clone' } } as const

for (const [way, at, left] of [
  ['import', 'while it is put', 2],
  ['import', 'after it was put', 2],
  ['import', 'after the commit', 3],
  ['clone', 'while it is put', 2],
] as const)
  test(`exactly once: ${way}: killed ${at}, what the first attempt has left is gone, and no row is without its file`, () =>
    madeByTwo({ ...asked[way], at }, async (found) => {
      assert.deepEqual([found.outcome, found.left, await found.more()], ['succeeded', left, 3])
    }))

for (const [way, at, left] of [
  ['import', 'after the commit', 3],
  ['clone', 'after it was put', 2],
] as const)
  test(`nothing half-made: ${way}: killed ${at}, a job that fails leaves no file of any attempt`, () =>
    madeByTwo({ ...asked[way], at, breaks: true }, async (found) => {
      assert.deepEqual([found.outcome, found.left, await found.more()], ['failed', left, 0])
    }))

test('exclusion: import: a process that was stopped past its lease and wakes up in a put can not end it', () =>
  madeByTwo(
    { way: 'import', at: 'while it is put', stop: 'SIGSTOP' },
    async ({ worker, outcome, more: now }) => {
      assert.deepEqual([outcome, await now()], ['succeeded', 3])
      const ended = said(worker, 'not put')
      worker.kill('SIGCONT')
      await ended
      assert.equal(await now(), 3)
    },
  ))

test('exclusion: import: what such a process puts after the end of its job goes a day later, and nothing else', () =>
  madeByTwo({ way: 'import', at: 'before it is put', stop: 'SIGSTOP', sweeps: true }, async (found) => {
    const { worker, pool, outcome, more: now } = found
    assert.deepEqual([outcome, await now()], ['succeeded', 3])
    const ended = said(worker, 'put')
    worker.kill('SIGCONT')
    await ended
    assert.equal(await now(), 4)
    await dayLater(pool)
    await until(async () => (await now()) === 3)
    await until(async () => (await pool.query('SELECT FROM piecework.put_files')).rowCount === 0)
    assert.equal(await now(), 3)
  }))

test('nothing half-made: import: what a killed process has left where the store was away at the end goes a day later', async () => {
  const away = (store: FileStore): FileStore => ({
    ...store,
    delete: async () => {
      throw new Error('the store is away')
    },
  })
  const before = await keys()
  await madeByTwo(
    { way: 'import', at: 'while it is put', files: away },
    async ({ pool, outcome, more: now }) => {
      assert.deepEqual([outcome, await now()], ['succeeded', 5])
      await dayLater(pool)
    },
  )
  const later = fileHost(place(), { sweeps: true })
  try {
    await later.piecework.start()
    await until(async () => (await later.pool.query('SELECT FROM piecework.put_files')).rowCount === 0)
    assert.equal(more(before, await keys()), 3)
  } finally {
    await later.stop()
  }
})

for (const way of ['import', 'clone'] as const)
  test(`nothing half-made: ${way}: cancelled while a file is put, the job leaves none`, async () => {
    let begun = (): void => {}
    const putting = new Promise<void>((told) => {
      begun = told
    })
    let puts = 0
    const host = fileHost(place(), {
      files: (store) => ({
        ...store,
        put: async (key, bytes, own) => {
          puts += 1
          if (puts !== 2) return store.put(key, bytes, own)
          begun()
          await new Promise((told) => own.addEventListener('abort', told))
          // It ends all the same.
          return store.put(key, bytes, signal)
        },
      }),
    })
    try {
      const before = await keys()
      await host.piecework.start()
      const asked = await request(host.piecework, way)
      await putting
      assert.equal(more(before, await keys()), 1)
      await host.piecework.cancel(asked.id, { principal })
      assert.equal((await asked.ended()).job.outcome, 'cancelled')
      assert.deepEqual(await keys(), before)
    } finally {
      await host.stop()
    }
  })

test.run()
