import { PieceworkError } from '../contracts/errors.js'
import type { Principal, PrincipalLimit } from '../contracts/principal.js'

/**
 * Whether a new job has to wait when `running` jobs of its principal are under way. Throws `too-many-jobs`.
 */
export function mustQueue({ id }: Principal, running: number, { jobs, whenFull }: PrincipalLimit): boolean {
  if (running < jobs) return false
  if (whenFull === 'wait') return true
  const message = `${running} ${running === 1 ? 'job' : 'jobs'} of ${id} ${running === 1 ? 'is' : 'are'} under way, and ${jobs} may be at once.`
  throw new PieceworkError('too-many-jobs', message, {
    facts: { principal: id, running, limit: jobs },
    retryable: true,
  })
}
