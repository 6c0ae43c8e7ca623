import type { JobHandle, Principal } from '@piecework/core'
import { type HttpResponse, json } from '../http/http-response.js'
import type { AnswerDescription } from '../http/route.js'
import { newestState } from '../jobs/newest-state.js'
import { jobView } from '../views/job-view.js'
import { jobModel } from '../views/models.js'
import type { RouteContext } from './route-context.js'

/** A job that has been accepted: it is followed at `Location`. */
export async function accepted(
  { piecework, address }: Pick<RouteContext, 'piecework' | 'address'>,
  { id }: Pick<JobHandle, 'id'>,
  principal: Principal,
): Promise<HttpResponse> {
  const { job } = await newestState(piecework, id, principal)
  const view = jobView(job, address)
  return json(202, view, { location: view.links.self })
}

export const acceptedAnswer: Readonly<Record<number, AnswerDescription>> = {
  202: { description: 'The job, which is followed at the address in Location', model: jobModel },
}
