import type { ResourceRef } from '@piecework/core'
import { z } from 'zod'
import { json, noContent } from '../http/http-response.js'
import { type Model, model } from '../http/model.js'
import { type Route, route } from '../http/route.js'
import { jobView } from '../views/job-view.js'
import { jobModel, resourceModel } from '../views/models.js'
import type { JobView } from '../views/views.js'
import { discard } from './discard.js'
import type { Place } from './places.js'
import { type ResourceState, resourceState, resourceStates } from './resource-state.js'
import { type RouteContext, reach } from './route-context.js'

interface StatusView {
  readonly resource: ResourceRef
  readonly state: ResourceState
  /** Of each kind the newest. */
  readonly jobs: readonly JobView[]
}

const statusModel: Model<StatusView> = model(
  z.strictObject({
    resource: resourceModel.schema as z.ZodType<ResourceRef>,
    state: z.enum(resourceStates),
    jobs: z.array(jobModel.schema as z.ZodType<JobView>),
  }),
  'ResourceStatus',
)

/** How a resource is, and how it goes before it is complete. */
export function statusRoutes(context: RouteContext, place: Place): readonly Route[] {
  const { address } = context
  const { item, label, kind } = place
  return [
    route({
      method: 'GET',
      path: `${item}/status`,
      operation: `get${label}Status`,
      summary: `What is under way with a ${kind}`,
      answers: { 200: { description: 'Its state, and the newest job of each kind', model: statusModel } },
      handle: async ({ params, principal }) => {
        const resource = await reach(context, place, params, principal)
        const { state, jobs } = await resourceState(context, resource, principal)
        return json(200, { resource, state, jobs: jobs.map((job) => jobView(job, address)) })
      },
    }),
    route({
      method: 'DELETE',
      path: item,
      besideHost: true,
      operation: `discard${label}`,
      summary: `Stop the import or copy that makes a ${kind}, and remove what there is of it`,
      answers: { 204: { description: 'It is gone' } },
      handle: async ({ params, principal, request }) => {
        const resource = await reach(context, place, params, principal)
        await discard(context, resource, principal, request.signal)
        return noContent()
      },
    }),
  ]
}
