import { setTimeout as sleep } from 'node:timers/promises'
import { isTerminal, type JobStatus } from '@piecework/core'
import type { SoakJob } from './place.js'
import type { Scene } from './scene.js'

/** Share of the moments that lie before a job is accepted. */
export const asking = 0.2

export interface Moment {
  readonly kind: SoakJob
  readonly principal: string
  /** In [0, 1): how far the request, then the job, is to be. */
  readonly at: number
  readonly signal: AbortSignal
}

/**
 * Waits until the request has gone on for a time, or until a share of the job's nodes is done: so that a busy machine changes nothing.
 * Resolves to whether the request or the job was under way then; `signal` tells that there will be none.
 */
export async function untilMoment(scene: Scene, { kind, principal, at, signal }: Moment): Promise<boolean> {
  if (at < asking) await sleep((at / asking) * scene.references[kind].askMs)
  const share = (at - asking) / (1 - asking)
  for (; ; await sleep(10)) {
    const { rows } = await scene.host.database.query<Standing>(standing, [principal])
    const [job] = rows
    if (job && isTerminal(job.status)) return false
    if (at < asking) return true
    if (job && job.status !== 'preparing' && job.done >= share) return true
    if (signal.aborted && (!job || job.status === 'preparing')) return false
  }
}

interface Standing {
  readonly status: JobStatus
  /** Share of its nodes. */
  readonly done: number
}

const standing = `
  SELECT j.status, (count(*) FILTER (WHERE n.status NOT IN ('waiting', 'running')))::float / greatest(count(*), 1) AS done
  FROM piecework.jobs j JOIN piecework.nodes n ON n.job = j.id WHERE j.principal ->> 'id' = $1 GROUP BY j.id`
