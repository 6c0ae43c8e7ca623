import { PieceworkError } from '../contracts/errors.js'
import type { Job } from '../contracts/jobs.js'

/** An old key would become two new ones, and which of them a reference means is not known. */
export function keyTwice({ kind }: Pick<Job, 'kind'>, table: string): PieceworkError {
  if (kind === 'import') {
    const message = `The archive has a key of "${table}" twice.`
    return new PieceworkError('archive-invalid', message, { facts: { table } })
  }
  const message = `A row of "${table}" moved from one resource to another while they were cloned.`
  return new PieceworkError('source-changed', message, { retryable: true, facts: { table } })
}
