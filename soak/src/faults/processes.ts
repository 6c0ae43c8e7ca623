import { setTimeout as sleep } from 'node:timers/promises'
import { leaseMs } from '../host.js'
import { problem } from '../problem.js'
import { abandoned, never } from './ends.js'
import type { Aftermath, Fault, Injection } from './fault.js'

export const processFaults: Readonly<Record<string, Fault>> = {
  'a worker is killed': {
    inject: async ({ scene }) => void (await scene.workers.replace()),
    mayEnd: never,
    leaves: true,
  },
  'the requester is killed': {
    inject: async ({ scene }) => void (await scene.replaceRequester()),
    mayEnd: (job) => ['', ...abandoned(job)],
    early: 1,
    leaves: true,
  },
  'a worker is stopped past its lease': {
    inject: async ({ scene, random }) => {
      const wake = scene.workers.freeze()
      await sleep(leaseMs + 500 + random() * 1500)
      wake()
      return undefined
    },
    mayEnd: never,
  },
  'workers are asked to stop': { inject: stopGracefully, mayEnd: never },
}

/** One or all of them, as in an update of the host; what runs is given back at once, or may end before. */
async function stopGracefully({ scene, random }: Injection): Promise<Aftermath> {
  const { workers, host } = scene
  const many = workers.pids().length
  const which = random() < 0.5 ? 'one' : 'all'
  const codes = await workers.retire(random() < 0.5 ? 'SIGTERM' : 'SIGINT', which)
  const problems = codes
    .filter((code) => code !== 0)
    .map((code) => problem('wrong', `a worker that was asked to stop ended with ${code}`))
  if (which === 'all') {
    const { rows } = await host.database.query<{ id: string }>(
      `SELECT id FROM piecework.nodes WHERE status = 'running'`,
    )
    for (const { id } of rows)
      problems.push(problem('wrong', `${id} was not given back: its lease must lapse`))
  }
  while (workers.pids().length < many) await workers.add()
  return { check: async () => problems }
}
