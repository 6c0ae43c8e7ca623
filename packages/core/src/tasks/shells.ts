import { fromDraft } from '../drafts/draft-state.js'
import { assertNotTaken } from '../plan/draw-targets.js'
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
      // Shells of a draft are there already.
      if (!fromDraft(job)) await assertNotTaken(attempt.registry, tx, job.targets ?? [])
      await makeShells(attempt.registry, job, tx)
      return {}
    },
    { signal: attempt.signal },
  )
}
