import { setTimeout as sleep } from 'node:timers/promises'
import { isTerminal, type JobStatus } from '@piecework/core'
import type { Fault } from './faults/fault.js'
import { delivers, type SoakJob } from './place.js'
import type { Scene } from './scene.js'

/**
 * `before`: before the request. `asking`: after a share of the time that the request takes. `there`: so long
 * after the job has come to be, which with uploads is before the answer. `running`: when a share of the job's
 * nodes is done, so that a busy machine changes nothing. `delivering`: after a share of the time that its deliveries take.
 */
export interface Moment {
  readonly when: 'before' | 'asking' | 'there' | 'running' | 'delivering'
  /** In [0, 1). */
  readonly share: number
}

/** Every other moment at which such a job runs is one at which it delivers. */
export function anyMoment(kind: SoakJob, { early = 0.2, before = 0 }: Fault, random: () => number): Moment {
  const [which, share] = [(random() - before) / (1 - before), random()]
  if (which < 0) return { when: 'before', share }
  if (which >= early && delivers(kind) && share < 0.5) return { when: 'delivering', share: share * 2 }
  return { when: which < early / 2 ? 'asking' : which < early ? 'there' : 'running', share }
}

/** The job whose request is awaited; `answered`: no further job will be created. */
export interface Asked {
  readonly kind: SoakJob
  readonly principal: string
  readonly answered: AbortSignal
}

/** Resolves at that moment to whether the request or the job was under way then. */
export async function untilMoment(
  scene: Scene,
  { kind, principal, answered }: Asked,
  { when, share }: Moment,
): Promise<boolean> {
  const asking = share * scene.references[kind].askMs
  if (when === 'asking') await sleep(asking)
  for (; ; await sleep(10)) {
    const job = await standingOf(scene, principal)
    if (job && isTerminal(job.status)) return false
    if (when === 'asking') return job !== undefined || !answered.aborted
    if (when === 'there' && job) {
      await sleep(asking)
      return !isTerminal((await standingOf(scene, principal))?.status ?? 'failed')
    }
    if (when === 'delivering' && job?.status === 'delivering') {
      await sleep(share * scene.references[kind].deliverMs)
      return !isTerminal((await standingOf(scene, principal))?.status ?? 'failed')
    }
    const runs = job !== undefined && job.status !== 'draft'
    if (runs && when !== 'delivering' && job.done >= share) return true
    if (answered.aborted && !runs) return false
  }
}

interface Standing {
  readonly status: JobStatus
  /** Share of its nodes. */
  readonly done: number
}

async function standingOf({ host }: Scene, principal: string): Promise<Standing | undefined> {
  const { rows } = await host.database.query<Standing>(
    `SELECT j.status, (count(*) FILTER (WHERE n.status NOT IN ('waiting', 'running')))::float / greatest(count(*), 1) AS done
     FROM piecework.jobs j JOIN piecework.nodes n ON n.job_id = j.id WHERE j.principal ->> 'id' = $1 GROUP BY j.id`,
    [principal],
  )
  return rows[0]
}
