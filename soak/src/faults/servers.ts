import { setTimeout as sleep } from 'node:timers/promises'
import { applicationName } from '../host.js'
import { jobEnds } from '../job-of.js'
import type { Scene } from '../scene.js'
import { abandoned, never } from './ends.js'
import type { Fault, Injection } from './fault.js'

/** The longest time that a disk stays full. */
export const longestMs = 6000

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

async function endBackend({ scene: { host }, random }: Injection): Promise<undefined> {
  const { rows } = await host.database.query<{ pid: number; busy: boolean }>(
    `SELECT pid, state <> 'idle' AS busy FROM pg_stat_activity
     WHERE datname = current_database() AND application_name = ANY ($1) ORDER BY pid`,
    [[applicationName('worker'), applicationName('requester')]],
  )
  const busy = rows.filter((row) => row.busy)
  const among = busy.length > 0 ? busy : rows
  const pid = among[Math.floor(random() * among.length)]?.pid
  await host.database.query('SELECT pg_terminate_backend($1)', [pid])
}

function restarts(mode: 'fast' | 'immediate'): Fault {
  return {
    inject: async ({ scene }) => {
      await scene.server?.restart(mode)
      await reached(scene)
      return undefined
    },
    mayEnd: (job) => ['', ...abandoned(job)],
    // What a request has uploaded, if it cannot be asked whether its job was made.
    leaves: true,
    missing: ({ server }) => (server ? undefined : 'it needs a server of its own, and was given one'),
  }
}

/** Resolves when this process has noticed which of its connections are dead. */
async function reached({ host }: Scene): Promise<void> {
  for (let answers = 0; answers < 3; await sleep(50)) {
    answers = await host.database.query('SELECT').then(
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
