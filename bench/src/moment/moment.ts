import { type ChildProcess, fork, spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import type { JobReport } from '@piecework/core'
import { inProcess } from '@piecework/runtime-inprocess'
import { redisRuntime } from '@piecework/runtime-redis'
import { Pool } from 'pg'
import type { Bench, Measure } from '../measure.js'
import { Databases } from '../planning/databases.js'
import { principal } from '../world.js'
import { atlas, atlasHost, fillAtlas, tables } from './atlas.js'

const editsPerSecond = 1000
const workers = 3

interface Place {
  readonly url: string
  readonly folder: string
  readonly rows: number
  readonly databases: Databases
  log(text: string): void
}

/** What is done to the processes while the export runs, when some of its nodes are done. */
type Harm = (place: Place, pool: Pool, running: readonly ChildProcess[]) => Promise<void>

const harms: Readonly<Record<string, Harm>> = {
  'worker-killed': async (_, _pool, [first]) => void first?.kill('SIGKILL'),
  'moment-lost': async (_, pool) =>
    void (await pool.query(`SELECT pg_terminate_backend(a.pid) FROM pg_stat_activity a JOIN pg_locks l ON l.pid = a.pid
      WHERE a.state = 'idle in transaction' AND l.locktype = 'advisory' AND a.datname = current_database()`)),
}

/**
 * An export by three processes while a program that asks no guard makes a thousand edits a second, against the export of a
 * copy that another program has made of the same moment.
 */
export const momentBench: Bench = async ({ rows, url, log }) => {
  const databases = new Databases(url)
  const folder = await mkdtemp(join(tmpdir(), 'piecework-moment-'))
  try {
    const measures: Measure[] = []
    for (const [what, harm] of Object.entries(harms)) {
      const own = await databases.create()
      measures.push(await measured(what, harm, { url: own, folder, rows, databases, log }))
    }
    return measures
  } finally {
    await databases.dropAll()
    await rm(folder, { recursive: true, force: true })
  }
}

async function measured(what: string, harm: Harm, place: Place): Promise<Measure> {
  const { url, rows, log } = place
  const pool = new Pool({ connectionString: url, max: 10 }).on('error', () => {})
  const redis = process.env.REDIS_URL
  if (!redis) throw new Error('This benchmark needs Redis: install it, or set REDIS_URL.')
  const queue = `bench-${randomUUID()}`
  const { piecework, store, close } = atlasHost(place, redisRuntime({ connection: redis, queue }))
  await store.migrate()
  await fillAtlas(pool, rows)
  const { databases: _, log: _log, ...options } = place
  const running = await Promise.all(
    Array.from({ length: workers }, () => begun(JSON.stringify({ ...options, redis, queue }))),
  )
  const writer = writing(pool, rows)
  try {
    await sleep(2000)
    log(`${what}: the export of ${rows} rows begins`)
    const started = performance.now()
    const handle = await piecework.export({ resource: atlas, principal })
    let isOver = false
    const copied = (moment: number) => frozen(place, pool, { job: handle.id, moment, isOver: () => isOver })
    // A moment that is lost need not be copied.
    const first = copied(1).catch(() => undefined)
    await someDone(pool, handle.id)
    await harm(place, pool, running)
    const ended = handle.ended()
    const next = copied(2)
    const report = await ended
    isOver = true
    const seconds = (performance.now() - started) / 1000
    const edits = await writer.stop()
    const moment = Math.max(...report.nodes.map((node) => node.moment ?? 0))
    log(`${what}: ${report.job.status} after ${Math.round(seconds)} s, of moment ${moment}`)
    const copy = await (moment === 1 ? first : next)
    if (copy === undefined) throw new Error(`The moment ${moment} was not copied.`)
    return await comparedWith(what, place, copy, report, { moment, seconds: Math.round(seconds), ...edits })
  } finally {
    await writer.stop()
    for (const worker of running) worker.kill('SIGKILL')
    await close()
    await pool.end()
  }
}

async function begun(options: string): Promise<ChildProcess> {
  const worker = fork(new URL('./moment-worker.js', import.meta.url), [options])
  await once(worker, 'message')
  return worker
}

/** Edits beside the guard, each a transaction of its own: values that change, rows that come and go. */
function writing(pool: Pool, rows: number) {
  const each = Math.ceil(rows / tables.length)
  const started = performance.now()
  let [count, isOver] = [0, false]
  const edit = (at: number): Promise<unknown> => {
    const table = tables[at % tables.length]
    const n = 1 + Math.floor(Math.random() * each)
    if (at % 3 === 0)
      return pool.query(`INSERT INTO ${table} (atlas_id, n, text) VALUES ($1, $2, 'came')`, [atlas.id, n])
    const one = `(SELECT id FROM ${table} WHERE atlas_id = $1 AND n >= $2 ORDER BY n, id LIMIT 1)`
    return at % 3 === 1
      ? pool.query(`DELETE FROM ${table} WHERE id = ${one}`, [atlas.id, n])
      : pool.query(`UPDATE ${table} SET text = $3 WHERE id = ${one}`, [atlas.id, n, `edit ${at}`])
  }
  const writer = async (): Promise<void> => {
    while (!isOver) {
      const due = ((performance.now() - started) / 1000) * editsPerSecond
      if (count >= due) await sleep(5)
      else await edit(count++)
    }
  }
  const done = Promise.all(Array.from({ length: 8 }, writer))
  return {
    stop: async () => {
      const perSecond = Math.round(count / ((performance.now() - started) / 1000))
      isOver = true
      await done
      return { edits: count, editsPerSecond: perSecond }
    },
  }
}

/** A copy of what the moment of that number sees, by `pg_dump`. Undefined if there is none before all is over. */
async function frozen(
  { databases, url }: Place,
  pool: Pool,
  { job, moment, isOver }: { readonly job: string; readonly moment: number; isOver(): boolean },
): Promise<string | undefined> {
  const copy = await databases.create()
  const own = new Pool({ connectionString: copy, max: 1 })
  await fillAtlas(own, 0)
  await own.end()
  while (!isOver()) {
    const { rows } = await pool.query<{ snapshot: string }>(
      'SELECT snapshot FROM piecework.snapshots WHERE job_id = $1 AND moment = $2 LIMIT 1',
      [job, moment],
    )
    if (rows[0]) {
      const data = ['--data-only', '--table=atlases', '--table=sheet_*', `--snapshot=${rows[0].snapshot}`]
      const dump = spawn('pg_dump', [...data, url], { stdio: ['ignore', 'pipe', 'inherit'] })
      const restore = spawn('psql', ['--quiet', '--set=ON_ERROR_STOP=1', '--output=/dev/null', copy], {
        stdio: ['pipe', 'inherit', 'inherit'],
      })
      const ended = Promise.all([once(dump, 'exit'), once(restore, 'exit')])
      await pipeline(dump.stdout, restore.stdin)
      if ((await ended).some(([code]) => code !== 0)) throw new Error('pg_dump could not copy the moment')
      return copy
    }
    await sleep(20)
  }
  return undefined
}

async function someDone(pool: Pool, job: string): Promise<void> {
  for (;;) {
    const { rows } = await pool.query<{ n: number }>(
      `SELECT count(*)::int AS n FROM piecework.nodes WHERE job_id = $1 AND task = 'export' AND status = 'done'`,
      [job],
    )
    if ((rows[0]?.n ?? 0) >= 5) return
    await sleep(20)
  }
}

/** Ranges of parts are those of the first moment: of another one, the rows are compared. */
async function comparedWith(
  what: string,
  { folder, rows }: Place,
  copy: string,
  { job, nodes }: JobReport,
  facts: { readonly moment: number; readonly [fact: string]: number },
): Promise<Measure> {
  const { archive } = job.result
  if (!archive) throw new Error(`The export failed: ${job.error?.message}`)
  const host = atlasHost({ url: copy, folder, rows }, inProcess())
  try {
    await host.store.migrate()
    await host.piecework.start()
    const again = await (await host.piecework.export({ resource: atlas, principal })).result()
    const isSameDigest = again.archive?.digest === archive.digest
    const { equal } = await host.piecework.diff(
      { artifact: archive.artifact },
      { resource: atlas, principal },
    )
    const isSame = equal && (facts.moment > 1 || isSameDigest)
    const name = `moment/${what}`
    return {
      name,
      ratio: isSame ? 1 : 0,
      reach: 1,
      aim: 1,
      rows,
      nodes: nodes.length,
      equal,
      isSameDigest,
      ...facts,
    }
  } finally {
    await host.close()
  }
}
