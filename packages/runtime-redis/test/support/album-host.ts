import { join } from 'node:path'
import { callback, createPiecework, fileArtifacts, folderTarget, type Piecework } from '@piecework/core'
import type { FollowUp } from '@piecework/core/piece'
import { fromPg, postgresStore } from '@piecework/postgres'
import { inProcess } from '@piecework/runtime-inprocess'
import { redisRuntime } from '@piecework/runtime-redis'
import pg from 'pg'
import { albums, type OnPart } from './albums.js'
import { sheetPath } from './sheets.js'

/** Where processes that share their work find each other. */
export interface Place {
  readonly database: string
  /** Absent: each process runs the tasks that it comes to by itself. */
  readonly redis?: string
  readonly folder: string
}

/** Below the folder of the place. */
export const deliveredTo = (folder: string): string => join(folder, 'delivered')

export interface AlbumHost {
  readonly piecework: Piecework
  readonly pool: pg.Pool
  stop(): Promise<void>
}

/** One process's Piecework, not started: it can be asked, and follows what others do. */
export function albumHost({ database, redis, folder }: Place): AlbumHost {
  const [pool, control] = [4, 3].map((max) => {
    const made = new pg.Pool({ connectionString: database, max })
    // A connection that is ended on purpose is no news.
    return made.on('error', () => {})
  }) as [pg.Pool, pg.Pool]
  const piecework = createPiecework({
    packs: [albums(knockOfPart(pool), knockOfSheet(pool, folder))],
    store: postgresStore({ database: fromPg(pool), control: fromPg(control), leaseMs: 1500 }),
    artifacts: fileArtifacts(folder),
    targets: [folderTarget({ root: deliveredTo(folder) })],
    runtime:
      redis === undefined
        ? inProcess({ concurrency: 1, onError: () => {} })
        : redisRuntime({ connection: redis, concurrency: 1, onError: () => {} }),
    followUps: [knock(pool)],
    heartbeatMs: 200,
    // Planning a sweep's queries takes milliseconds of the server, in each of the processes.
    sweepMs: 1000,
    resubmitAfterMs: 3000,
    backoffMs: 50,
    // Workers are killed on purpose here, and some tasks are unlucky.
    maxAttempts: 20,
    deliveryAttempts: 20,
  })
  piecework.events.on('error', () => {})
  return {
    piecework,
    pool,
    stop: async () => {
      await piecework.stop({ drainMs: 5000 })
      await Promise.all([pool.end(), control.end()])
    },
  }
}

interface Knock {
  readonly text: string
  /** The first call has no end. */
  readonly hangs?: boolean
}

/** Leaves a row of each call: its effect is seen whether its process survives it or not. */
function knock(pool: pg.Pool): FollowUp {
  return callback({
    name: 'knock',
    backoffMs: 50,
    run: async ({ key, input, attempt, earlier }) => {
      const { text, hangs = false } = input as Knock
      const isFirst = await knockAt(pool, { key, text, attempt })
      if (hangs && isFirst) await forEver()
      return { text, before: earlier.map(({ output }) => output) }
    },
  })
}

/** The third part of an album of this name has no end when it is first exported. */
export const hangingAlbum = 'Hangs in its third part'

/** Leaves a row of each part of an album that is to hang. */
function knockOfPart(pool: pg.Pool): OnPart {
  return async ({ resource, part }) => {
    const { rowCount } = await pool.query('SELECT FROM albums WHERE id = $1 AND name = $2', [
      resource.id,
      hangingAlbum,
    ])
    if (rowCount === 0) return
    const number = part?.number ?? 0
    const isFirst = await knockAt(pool, {
      key: `${resource.id}/${number}`,
      text: `part ${number}`,
      attempt: 1,
    })
    if (number === 3 && isFirst) await forEver()
  }
}

/** Leaves a row of each sheet that is written, with how many files there are of it. */
function knockOfSheet(pool: pg.Pool, folder: string): OnPart {
  return async ({ jobId, resource, part: { number } = { number: 0 } }) => {
    let files = 0
    for await (const staged of fileArtifacts(folder).list(`jobs/${jobId}`))
      if (staged.endsWith(sheetPath(number))) files += 1
    const key = `${resource.id}/${number}`
    const isFirst = await knockAt(pool, { key, text: `part ${number}, ${files} file`, attempt: 1 })
    if (number === 3 && isFirst) await forEver()
  }
}

/** Whether it is the first one under its key. */
async function knockAt(
  pool: pg.Pool,
  { key, text, attempt }: { readonly key: string; readonly text: string; readonly attempt: number },
): Promise<boolean> {
  const { rowCount } = await pool.query('SELECT FROM knocks WHERE key = $1', [key])
  await pool.query('INSERT INTO knocks VALUES ($1, $2, $3, $4)', [key, text, attempt, process.pid])
  return rowCount === 0
}

const forEver = () => new Promise((resolve) => setTimeout(resolve, 600_000))
