import { setTimeout as sleep } from 'node:timers/promises'
import { applicationName, leaseMs } from './host.js'
import { jobEnds, jobOf } from './job-of.js'
import type { SoakJob } from './place.js'
import type { Scene } from './scene.js'
import { watcher } from './watcher.js'

/** How a job may end although nothing is wrong: the error's code; `''` if there is no job. */
type Ends = readonly string[]

export interface Fault {
  /** Resolves when it is over and all is as before. `random` in [0, 1). */
  inject(scene: Scene, principal: string, random: () => number): Promise<void>
  /** Beside success. */
  mayEnd(job: SoakJob): Ends
  /** Share of its moments that come while the job is asked for, where an import uploads. Default 0.2. */
  readonly early?: number
  /** Share of its moments that come before the job is asked for. Default 0. */
  readonly before?: number
  /** Processes die: what they were writing stays, until it is old. */
  readonly kills?: true
}

/** The longest time that a disk stays full. */
const fullMs = 6000

const never = (): Ends => []
/** An import draft that is not continued. */
const abandoned = (job: SoakJob): Ends => (job === 'legacy import' ? ['expired'] : [])

export const faults: Readonly<Record<string, Fault>> = {
  'a worker is killed': {
    inject: ({ workers }) => workers.replace(),
    mayEnd: never,
    kills: true,
  },
  'the requester is killed': {
    inject: (scene) => scene.replaceRequester(),
    mayEnd: (job) => ['', ...abandoned(job)],
    early: 1,
    kills: true,
  },
  'a worker is stopped past its lease': {
    inject: async ({ workers }, _, random) => {
      const wake = workers.freeze()
      await sleep(leaseMs + 500 + random() * 1500)
      wake()
    },
    mayEnd: never,
  },
  'a database backend is ended': {
    inject: async ({ host }, _, random) => {
      const { rows } = await host.database.query<{ pid: number; busy: boolean }>(
        `SELECT pid, state <> 'idle' AS busy FROM pg_stat_activity
         WHERE datname = current_database() AND application_name = ANY ($1) ORDER BY pid`,
        [[applicationName('worker'), applicationName('requester')]],
      )
      const busy = rows.filter((row) => row.busy)
      const among = busy.length > 0 ? busy : rows
      const pid = among[Math.floor(random() * among.length)]?.pid
      await host.database.query('SELECT pg_terminate_backend($1)', [pid])
    },
    mayEnd: (job) => ['', ...abandoned(job)],
  },
  'Redis is killed and comes back empty': {
    inject: async ({ redis }, _, random) => {
      await redis.kill()
      await sleep(random() * 2000)
      await redis.start()
    },
    mayEnd: never,
  },
  'Redis forgets everything': {
    inject: ({ redis }) => redis.flushAll(),
    mayEnd: never,
  },
  'the disk is full': {
    inject: async (scene, principal, random) => {
      const { disk, workers, requester } = scene
      const writers = () => [...workers.pids(), requester().pid]
      await disk.fill(writers())
      if (random() < 0.5) await sleep(300 + random() * 1200)
      else await jobEnds(scene, principal, fullMs)
      await disk.free(writers())
    },
    mayEnd: (job) => ['', 'storage', ...abandoned(job)],
    before: 0.4,
  },
  'the job is cancelled': {
    inject: async (scene, principal) => {
      const job = await jobOf(scene, principal, 5000)
      if (job !== undefined) await scene.host.piecework.cancel(job, watcher)
    },
    mayEnd: () => ['cancelled'],
  },
}
