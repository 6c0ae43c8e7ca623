import { setTimeout as sleep } from 'node:timers/promises'
import type { Database } from '@piecework/core'
import { applicationName } from '../host.js'
import { jobEnds } from '../job-of.js'
import type { Scene } from '../scene.js'
import { abandoned, never } from './ends.js'
import type { Fault, Injection } from './fault.js'

/** The longest time that a disk stays full. */
export const longestMs = 6000
/** The longest time that the second server is away: more than one lease. */
const awayMs = 8000

export const serverFaults: Readonly<Record<string, Fault>> = {
  'a database backend is ended': {
    inject: endBackend,
    mayEnd: (job) => ['', ...abandoned(job)],
  },
  'the database is restarted': restarts('fast'),
  'the database crashes and recovers': restarts('immediate'),
  "the database's disk is full": {
    inject: fillDatabase,
    mayEnd: (job) => ['', 'database', ...abandoned(job)],
    before: 0.2,
    leaves: true,
    missing: ({ databaseDisk }) =>
      databaseDisk
        ? undefined
        : 'it needs a server of its own, and a tmpfs for it, which only root may mount',
  },
  'Redis is killed and comes back empty': {
    inject: async ({ scene: { redis }, random }) => {
      await redis.kill()
      await sleep(random() * 2000)
      await redis.start()
      return undefined
    },
    mayEnd: never,
  },
  'Redis forgets everything': {
    inject: async ({ scene }) => void (await scene.redis.flushAll()),
    mayEnd: never,
  },
}

const noSecond = ({ geoServer }: Scene) =>
  geoServer ? undefined : 'there is a second server only with --split'

/** What befalls the server of the second database. */
export const secondServerFaults: Readonly<Record<string, Fault>> = {
  "a backend of the second server's is ended": {
    inject: async ({ scene: { host }, random }) => endBackendOf(host.geo ?? host.database, random),
    mayEnd: never,
    missing: noSecond,
  },
  'the second server is restarted': secondRestarts('fast'),
  'the second server crashes and recovers': secondRestarts('immediate'),
  'the second server is away for a while': secondRestarts('immediate', awayMs),
}

/** It is away for half of `ms` at least. */
function secondRestarts(mode: 'fast' | 'immediate', ms = 0): Fault {
  return {
    inject: async ({ scene, random }) => {
      if (ms > 0) {
        await scene.geoServer?.end(mode)
        await sleep(ms / 2 + (random() * ms) / 2)
      }
      await scene.geoServer?.restart(mode)
      await reached(scene.host.geo)
      return undefined
    },
    mayEnd: (job) => ['refused: database', ...abandoned(job)],
    leaves: true,
    missing: noSecond,
  }
}

function endBackend({ scene: { host }, random }: Injection): Promise<undefined> {
  return endBackendOf(host.database, random)
}

async function endBackendOf(database: Database, random: () => number): Promise<undefined> {
  const { rows } = await database.query<{ pid: number; busy: boolean }>(
    `SELECT pid, state <> 'idle' AS busy FROM pg_stat_activity
     WHERE datname = current_database() AND application_name = ANY ($1) ORDER BY pid`,
    [[applicationName('worker'), applicationName('requester')]],
  )
  const busy = rows.filter((row) => row.busy)
  const among = busy.length > 0 ? busy : rows
  const pid = among[Math.floor(random() * among.length)]?.pid
  await database.query('SELECT pg_terminate_backend($1)', [pid])
}

function restarts(mode: 'fast' | 'immediate'): Fault {
  return {
    inject: async ({ scene }) => {
      await scene.server?.restart(mode)
      await reached(scene.host.database)
      return undefined
    },
    mayEnd: (job) => ['', ...abandoned(job)],
    // What a request has uploaded, if it cannot be asked whether its job was made.
    leaves: true,
    missing: ({ server }) => (server ? undefined : 'it needs a server of its own, and was given one'),
  }
}

/** Resolves when this process has noticed which of its connections are dead. */
async function reached(database: Database | undefined): Promise<void> {
  for (let answers = 0; database && answers < 3; await sleep(50)) {
    answers = await database.query('SELECT').then(
      () => answers + 1,
      () => 0,
    )
  }
}

/** What is freed meanwhile is filled, too. */
async function fillDatabase({ scene, principal, random }: Injection): Promise<undefined> {
  const { databaseDisk: disk } = scene
  if (!disk) return
  const full = new AbortController()
  const filling = (async () => {
    for (; !full.signal.aborted; await sleep(50)) await disk.fill([])
  })()
  try {
    if (random() < 0.5) await sleep(300 + random() * 1200)
    else await jobEnds(scene, principal, longestMs)
  } finally {
    full.abort()
    await filling
    await disk.free([])
  }
}
