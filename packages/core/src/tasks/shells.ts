import type { TaskRunner } from './attempt-context.js'
import { openShellSession } from './open-session.js'
import { makeShells, refuseShelless } from './shells-of.js'

/** Makes what the job will fill. */
export const shellsTask: TaskRunner = (attempt) => {
  const { job } = attempt.lease
  return attempt.store.attempts.run(
    attempt.lease,
    async (tx) => {
      refuseShelless(attempt.registry, job.tree)
      await openShellSession(attempt, job, tx)
      await makeShells(attempt.registry, job, tx)
      return {}
    },
    { signal: attempt.signal },
  )
}
