import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { createPiecework, fileArtifacts, type Piecework } from '@piecework/core'
import type { Database } from '@piecework/core/store'
import { fromPg, postgresStore } from '@piecework/postgres'
import { inProcess } from '@piecework/runtime-inprocess'
import pg from 'pg'
import { livedThrough } from './dying.js'
import { goals, last, plan, samplePlan, shapes, type Two } from './plans.js'

/** `removal`: a clone whose last piece fails. An import hands over as a clone does; an export writes nothing there. */
export const doings = ['clone', 'removal'] as const
export type Doing = (typeof doings)[number]

/** One of several hosts, with two databases of its own: what stands in one keeps nothing of another one waiting. */
export interface Host {
  readonly two: Two
  /** Of artifacts. */
  readonly folder: string
  close(): Promise<unknown>
}

/** The databases `host_…` of two servers, and a folder. */
export function hostOf(urls: readonly string[], folder: string, number: number): Host {
  const pools = urls.map((server) => {
    const url = new URL(server)
    url.pathname = `/host_${number}`
    const pool = new pg.Pool({ connectionString: url.href, max: 5 })
    pool.on('error', () => {})
    return pool
  })
  const [main, geo] = pools.map((pool) => fromPg(pool)) as [Database, Database]
  return {
    two: { main, geo },
    folder: join(folder, `${number}`),
    close: () => Promise.all(pools.map((pool) => pool.end())),
  }
}

/** A process of a host. With `isAlone` no lease lapses, and nothing is swept. */
export function pieceworkAt(
  { two: { main, geo }, folder }: Pick<Host, 'two' | 'folder'>,
  doing: Doing,
  isAlone = false,
): Piecework {
  return createPiecework({
    packs: [
      { name: 'plan', kinds: [plan], pieces: [goals, shapes, ...(doing === 'removal' ? [failing] : [])] },
    ],
    store: postgresStore({ database: main, databases: { geo }, ...(isAlone && { leaseMs: 600_000 }) }),
    artifacts: fileArtifacts(folder),
    runtime: inProcess(),
    backoffMs: 1,
    ...(isAlone ? { heartbeatMs: 100_000, sweepMs: 600_000 } : { sweepMs: 100, resubmitAfterMs: 1 }),
  })
}

const failing = last((tx) => tx.query('SELECT no_such_function()'))

export interface Standing {
  readonly job: string
  /** Whether it has ended before it came to that statement. */
  readonly ended: boolean
  /** It goes on, to the end of its attempt. */
  release(): Promise<void>
}

/**
 * Begins a job that stands still in front of a statement or COMMIT of the hand-over: the first one (0) is the first in the
 * second database, for a removal the failing one, the last one that of the end of the job.
 */
export async function standing(host: Host, doing: Doing, statement: number): Promise<Standing> {
  const resource = await samplePlan(host.two)
  let left = statement
  let begun = false
  let isReleased = false
  let stand = (): void => {}
  const stands = new Promise<void>((resolve) => {
    stand = resolve
  })
  let release = (): void => {}
  const released = new Promise<void>((resolve) => {
    release = () => {
      isReleased = true
      resolve()
    }
  })
  const lived = (database: Database, isSecond: boolean) =>
    livedThrough(database, {
      step: (sql) => {
        begun ||= begins(doing, isSecond, sql)
        if (isReleased || !begun || !isStep(isSecond, sql)) return undefined
        left -= 1
        if (left >= 0) return undefined
        stand()
        return released
      },
    })
  const two = { main: lived(host.two.main, false), geo: lived(host.two.geo, true) }
  const piecework = pieceworkAt({ ...host, two }, doing, true)
  await piecework.start()
  const job = await piecework.clone({ resource, principal: { id: 'ann' } })
  const isOver = new AbortController()
  const ended = await Promise.race([
    stands.then(() => false),
    hasEnded(host.two.main, job.id, isOver.signal).then(() => true),
  ])
  isOver.abort()
  return {
    job: job.id,
    ended,
    release: async () => {
      release()
      await sleep(0)
      await piecework.stop()
    },
  }
}

/** What the piece sends is one step, up to the COMMIT, and so is what the store does in a transaction of its own. */
const isStep = (isSecond: boolean, sql = ''): boolean =>
  sql === 'COMMIT' || (isSecond ? / piecework\.\w/ : / piecework\.\w+_nodes\(| FOR SHARE/).test(sql)

/** A watcher's statements would be steps, too. */
async function hasEnded(main: Database, job: string, signal: AbortSignal): Promise<void> {
  const sql = 'SELECT FROM piecework.jobs WHERE id = $1 AND terminal'
  while (!signal.aborted && (await main.query(sql, [job])).rowCount === 0) await sleep(20)
}

function begins(doing: Doing, isSecond: boolean, sql = ''): boolean {
  if (doing === 'removal') return sql.includes('no_such_function')
  return isSecond && sql.includes('INSERT INTO piecework.attempts')
}

/** One in front of each statement, each in another host, and one that has ended. */
export async function allStanding(hosts: readonly Host[], doing: Doing): Promise<readonly Standing[]> {
  const stands: Standing[] = []
  // Side by side: the store ends what stands for ten seconds in some of its transactions.
  for (let from = 0; from < hosts.length && !stands.some(({ ended }) => ended); from += 6) {
    const some = hosts.slice(from, from + 6).map((host, place) => standing(host, doing, from + place))
    stands.push(...(await Promise.all(some)))
  }
  return stands
}
