import type { Job } from '@piecework/core'
import { oneAtATime } from '../checks/exclusion.js'
import { jobOf } from '../job-of.js'
import { reads, type SoakJob } from '../place.js'
import type { Scene } from '../scene.js'
import { watcher } from '../watcher.js'
import { never } from './ends.js'
import type { Ends, Fault, OtherJob } from './fault.js'

const busy: Ends = ['refused: resource-busy']

export const otherJobFaults: Readonly<Record<string, Fault>> = {
  'others ask for jobs of the same project': {
    inject: async ({ scene, principal, kind, random }) => {
      const rivals: readonly SoakJob[] = Array.from({ length: reads(kind) ? 2 : 3 }, () =>
        random() < 0.5 ? 'export' : 'clone',
      )
      const others = await askAll(
        principal,
        rivals.map((rival) => ({ scene, kind: rival, mayEnd: busy })),
      )
      const asked = others.map((other) => other.principal)
      const all = reads(kind) ? [principal, ...asked] : asked
      return { others, check: async () => oneAtATime(await jobsOf(scene, all)) }
    },
    mayEnd: (kind) => (reads(kind) ? busy : []),
    before: 0.2,
  },
  'others ask for jobs of other projects': {
    inject: async ({ scene, principal, kind }) => ({
      others: await askAll(
        principal,
        besides(scene, kind).map(([of, job]) => ({ scene: of, kind: job, mayEnd: [] })),
      ),
    }),
    mayEnd: never,
    before: 0.2,
  },
}

/** Of one project there is one job at a time. */
function besides(scene: Scene, kind: SoakJob): readonly (readonly [Scene, SoakJob])[] {
  const { beside } = scene
  if (kind === 'export' || kind === 'delivery')
    return [
      [beside, 'clone'],
      [scene, 'import'],
    ]
  if (kind === 'clone')
    return [
      [beside, 'export'],
      [scene, 'import'],
    ]
  return [
    [scene, 'export'],
    [beside, 'clone'],
    [scene, 'import'],
  ]
}

function askAll(
  principal: string,
  jobs: readonly Pick<OtherJob, 'scene' | 'kind' | 'mayEnd'>[],
): Promise<readonly OtherJob[]> {
  return Promise.all(
    jobs.map(async (job, at) => {
      const own = `${principal}, other ${at + 1}`
      const { sources } = job.scene
      const answer = await job.scene.requester().ask({ job: job.kind, principal: { id: own }, sources })
      return { ...job, principal: own, answer }
    }),
  )
}

async function jobsOf({ host }: Scene, principals: readonly string[]): Promise<readonly Job[]> {
  const jobs: Job[] = []
  for (const principal of principals) {
    const id = await jobOf({ host }, principal)
    if (id !== undefined) jobs.push((await host.piecework.job(id, watcher)).job)
  }
  return jobs
}
