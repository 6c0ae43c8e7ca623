import { isPieceworkError, isTerminal, type Job, type Principal } from '@piecework/core'
import type { FollowUpRequests } from '@piecework/core/store'
import { json } from '../http/http-response.js'
import { type Route, route } from '../http/route.js'
import { newestState } from '../jobs/newest-state.js'
import { type FollowUpsView, followUpsViewModel } from '../views/follow-ups-view.js'
import { followUpsModel } from './bodies.js'
import type { RouteContext } from './route-context.js'

const lists = ['onSuccess', 'onFailure', 'onCancel'] as const

/** What follows the end of a job. */
export function jobFollowUpRoutes(context: RouteContext): readonly Route[] {
  const { piecework, followUps } = context
  const answers = { 200: { description: 'What follows the end of the job', model: followUpsViewModel } }
  return [
    route({
      method: 'GET',
      path: 'jobs/:jobId/follow-ups',
      operation: 'listJobFollowUps',
      summary: 'What follows the end of a job, and what the caller may add',
      answers,
      handle: async ({ params, principal }) => {
        const { job } = await newestState(piecework, params.jobId ?? '', principal)
        return json(200, await viewOf(context, job, principal))
      },
    }),
    route<never, FollowUpRequests>({
      method: 'POST',
      path: 'jobs/:jobId/follow-ups',
      operation: 'addJobFollowUps',
      again: 'nothing',
      summary: 'Add to what follows the end of a job; what is listed is not listed twice',
      body: followUpsModel(followUps),
      answers,
      handle: async ({ params, body, principal }) => {
        const job = await piecework.addFollowUps(params.jobId ?? '', { ...body, principal })
        return json(200, await viewOf(context, job, principal))
      },
    }),
  ]
}

/** Names alone: what an input holds is for its requester. */
async function viewOf(
  { piecework, followUps }: Pick<RouteContext, 'piecework' | 'followUps'>,
  { id, status, principal: owner, request }: Job,
  principal: Principal,
): Promise<FollowUpsView> {
  const items = lists.flatMap((list) => (request[list] ?? []).map(({ action }) => ({ list, action })))
  const isOpen = !isTerminal(status) && owner.id === principal.id
  const mayAdd = isOpen && (await isAllowed(piecework.checkAllowed('follow-up', { job: id }, { principal })))
  return { items, offered: mayAdd ? followUps : [] }
}

async function isAllowed(asked: Promise<void>): Promise<boolean> {
  try {
    await asked
    return true
  } catch (error) {
    if (isPieceworkError(error, 'forbidden')) return false
    throw error
  }
}
