import { isPieceworkError, type JobHandle, type Principal } from '@piecework/core'
import { type HttpResponse, json } from '../http/http-response.js'
import type { AnswerDescription } from '../http/route.js'
import { newestState } from '../jobs/newest-state.js'
import { jobAddress, jobView } from '../views/job-view.js'
import { jobModel } from '../views/models.js'
import type { RouteContext } from './route-context.js'

/** A job that has been accepted: it is followed at `Location`. */
export async function accepted(
  { piecework, address }: Pick<RouteContext, 'piecework' | 'address'>,
  { id }: Pick<JobHandle, 'id'>,
  principal: Principal,
): Promise<HttpResponse> {
  const location = jobAddress(address, id)
  try {
    const { job } = await newestState(piecework, id, principal)
    return json(202, jobView(job, address), { location })
  } catch (error) {
    // A policy may let someone ask for a job and not see it: it is under way all the same.
    if (isPieceworkError(error, 'job-not-found')) return { status: 202, headers: { location } }
    throw error
  }
}

export const acceptedAnswer: Readonly<Record<number, AnswerDescription>> = {
  202: { description: 'The job, which is followed at the address in Location', model: jobModel },
}
