import { PieceworkError } from '../contracts/errors.js'
import type { Job, NewJob } from '../contracts/jobs.js'
import { isTerminal } from '../engine/machine.js'

/** Of deliveries of what `source` has made: keys of those that one of these jobs has made, or may be about to make. */
export function takenDeliveries(source: string, jobs: Iterable<Job>): ReadonlySet<string> {
  const taken = new Set<string>()
  for (const { id, status, request, result } of jobs) {
    if (id !== source && request.delivers !== source) continue
    for (const { key } of (isTerminal(status) ? result.deliveries : request.deliver) ?? []) taken.add(key)
  }
  return taken
}

/** What a store throws for a delivery that another job has taken; `redeliver` then asks for what is left. */
export function deliveryTaken({ request }: Pick<NewJob, 'request'>, key: string): PieceworkError {
  const { target } = request.deliver?.find((one) => one.key === key) ?? {}
  return new PieceworkError('delivery-taken', `Another job delivers to ${target}, or has done so.`, {
    facts: { key },
  })
}
