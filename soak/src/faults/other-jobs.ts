import { isTerminal, type Job } from '@piecework/core'
import { jobOf } from '../job-of.js'
import type { SoakJob } from '../place.js'
import { type Problem, problem } from '../problem.js'
import type { Scene } from '../scene.js'
import { watcher } from '../watcher.js'
import { never } from './ends.js'
import type { Ends, Fault, Injection, OtherJob } from './fault.js'

const busy: Ends = ['refused: resource-busy']
const reads = (kind: SoakJob): boolean => kind === 'export' || kind === 'clone'

export const otherJobFaults: Readonly<Record<string, Fault>> = {
  'others ask for jobs of the same project': {
    inject: async (injection) => {
      const { scene, principal, kind, random } = injection
      const rivals: readonly SoakJob[] = Array.from({ length: reads(kind) ? 2 : 3 }, () =>
        random() < 0.5 ? 'export' : 'clone',
      )
      const others = await askAll(
        principal,
        rivals.map((rival) => ({ scene, kind: rival, mayEnd: busy })),
      )
      const asked = others.map((other) => other.principal)
      return { others, check: () => oneAtATime(injection, reads(kind) ? [principal, ...asked] : asked) }
    },
    mayEnd: (kind) => (reads(kind) ? busy : []),
    before: 0.2,
  },
  'others ask for jobs of other projects': {
    inject: async ({ scene, principal, kind }) => {
      const { beside } = scene
      // Of one project there is one job at a time.
      const jobs: readonly (readonly [Scene, SoakJob])[] = [
        [kind === 'export' ? beside : scene, kind === 'export' ? 'clone' : 'export'],
        ...(reads(kind) ? [] : [[beside, 'clone'] as const]),
        [scene, 'import'],
      ]
      const rest = kind === 'clone' ? [[beside, 'export'] as const, [scene, 'import'] as const] : jobs
      return {
        others: await askAll(
          principal,
          rest.map(([of, job]) => ({ scene: of, kind: job, mayEnd: [] })),
        ),
      }
    },
    mayEnd: never,
    before: 0.2,
  },
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

/** Of all these there was one, and none was under way while another was. */
async function oneAtATime({ scene }: Injection, principals: readonly string[]): Promise<readonly Problem[]> {
  const jobs: Job[] = []
  for (const principal of principals) {
    const id = await jobOf(scene, principal)
    if (id !== undefined) jobs.push((await scene.host.piecework.job(id, watcher)).job)
  }
  if (jobs.length === 0) return [problem('wrong', 'each of the jobs was refused because of the others')]
  const spans = jobs.map(spanOf).sort((a, b) => a.from - b.from)
  return spans.flatMap(({ id, from }, at) => {
    const before = spans[at - 1]
    if (!before || before.to <= from) return []
    return [
      problem(
        'wrong',
        `job ${id} of the same project began ${before.to - from} ms before ${before.id} had ended`,
      ),
    ]
  })
}

/** From its admission to its end, in ms since epoch. */
function spanOf({ id, createdAt, changes }: Job) {
  const end = changes.find(({ status }) => isTerminal(status))?.at
  return { id, from: createdAt.getTime(), to: end?.getTime() ?? Number.POSITIVE_INFINITY }
}
