import { makeShells, refuseShelless } from './shells-of.js'
import type { TaskRunner } from './work.js'

/** Makes what the job will fill. */
export const shellsTask: TaskRunner = (work) => {
  const { job } = work.lease
  return work.store.attempts.run(
    work.lease,
    async (tx) => {
      refuseShelless(work.registry, job.tree)
      await makeShells(work.registry, job, tx)
      return {}
    },
    { signal: work.signal },
  )
}
