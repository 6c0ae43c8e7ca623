import { createHash } from 'node:crypto'
import type { JobDelivery } from '../contracts/job-request.js'
import type { Job } from '../contracts/jobs.js'

/** Id of the node that makes the delivery. */
export const deliverId = (place: number, { target }: Pick<JobDelivery, 'target'>): string =>
  `deliver ${place + 1} ${target}`

/** What the node delivers. Undefined for any other node. */
export function deliveryOf(
  { request }: Pick<Job, 'request'>,
  node: { readonly id: string },
): JobDelivery | undefined {
  return request.deliver?.find((delivery, place) => deliverId(place, delivery) === node.id)
}

/** Of a job's file to a destination: the same whenever that is requested. */
export function deliveryKey(job: string, { output, target, destination }: Omit<JobDelivery, 'key'>): string {
  const where = createHash('sha256')
    .update(sortedJson([target, destination]))
    .digest('hex')
    .slice(0, 32)
  return `${job}/${output}/${where}`
}

/** A store may give objects back with their members in another order. */
function sortedJson(value: unknown): string {
  return JSON.stringify(value, (_name, one: unknown) =>
    typeof one === 'object' && one !== null && !Array.isArray(one)
      ? Object.fromEntries(Object.entries(one).sort(([a], [b]) => (a < b ? -1 : 1)))
      : one,
  )
}
