import type { ResourceRef } from '@piecework/core'
import { z } from 'zod'
import { pageDefaults } from '../defaults.js'
import { type DownloadQuery, downloadFile } from '../downloads/download-file.js'
import { json } from '../http/http-response.js'
import { type Model, model } from '../http/model.js'
import { type Route, route } from '../http/route.js'
import { listJobs } from '../jobs/list-jobs.js'
import { type PageQuery, pageModel } from '../jobs/page-query.js'
import { jobView } from '../views/job-view.js'
import { jobPageModel } from '../views/models.js'
import { accepted, acceptedAnswer } from './answers.js'
import { type CloneBody, cloneModel, type ExportBody, exportModel } from './bodies.js'
import type { Place } from './places.js'
import { type RouteContext, reach } from './route-context.js'
import { withChildren } from './with-children.js'
import { withPieces } from './with-pieces.js'

export const downloadQueryModel: Model<DownloadQuery> = model(
  z.strictObject({
    output: z.string().min(1).exactOptional().describe('name of an output; absent: the archive'),
    recipient: z.string().min(1).exactOptional().describe('for whom it is: a name or an address, no URL'),
  }),
)

export const fileHeaders = {
  Range: 'one range of bytes',
  'If-Range': 'the ETag that the range is of',
  'If-Match': 'the ETag that the file must have',
  'If-None-Match': 'the ETag that the client has',
} as const

export const fileAnswers = {
  200: { description: 'The file', mediaType: 'application/octet-stream' },
  206: { description: 'The range of it', mediaType: 'application/octet-stream' },
  304: { description: 'The client has it' },
} as const

/** What is read of a resource: exports, and copies of it. */
export function sourceRoutes(context: RouteContext, place: Place): readonly Route[] {
  const { piecework, address, followUps, places, paths } = context
  const { item, label } = place
  const children = places.filter(({ parent }) => parent === place)
  const kinds = children.map(({ kind }) => ({ kind, segment: paths[kind] ?? kind }))
  const segments = kinds.map(({ segment }) => segment)
  const chosen = (body: ExportBody & CloneBody) => withPieces(withChildren(body, kinds), piecework)
  return [
    route({
      method: 'POST',
      path: `${item}/export`,
      operation: `export${label}`,
      again: 'one-job',
      summary: `Export a ${place.kind}`,
      body: exportModel(followUps, segments),
      answers: acceptedAnswer,
      handle: async ({ params, body, principal, keyed, request: { signal } }) => {
        const resource = await reach(context, place, params, principal)
        const asked = { ...chosen(body), ...keyed, resource, principal, signal }
        return accepted(context, await piecework.export(asked), principal)
      },
    }),
    route({
      method: 'POST',
      path: `${item}/clone`,
      operation: `clone${label}`,
      again: 'one-job',
      summary: `Copy a ${place.kind}`,
      body: cloneModel(followUps, segments),
      answers: acceptedAnswer,
      handle: async ({ params, body, principal, keyed }) => {
        const resource = await reach(context, place, params, principal)
        const asked = { ...chosen(body), ...keyed, resource, principal }
        return accepted(context, await piecework.clone(asked), principal)
      },
    }),
    route<PageQuery>({
      method: 'GET',
      path: `${item}/exports`,
      operation: `list${label}Exports`,
      summary: `Exports of a ${place.kind}, newest first`,
      query: pageModel(pageDefaults.jobs),
      answers: { 200: { description: 'A page of jobs', model: jobPageModel } },
      handle: async ({ params, query, principal }) => {
        const resource = await reach(context, place, params, principal)
        await piecework.describe(resource, { principal })
        const isOfIt = (kind: string, root: ResourceRef) => kind === 'export' && root.kind === place.kind
        const { jobs, next } = await listJobs(
          piecework,
          { principal, resource, ...query },
          ({ kind, tree }) => isOfIt(kind, tree),
        )
        const items = jobs.map((job) => jobView(job, address))
        return json(200, { items, ...(next !== undefined && { next }) })
      },
    }),
    route<DownloadQuery>({
      method: 'GET',
      path: `${item}/exports/:exportId/archive`,
      operation: `download${label}Export`,
      summary: `The archive of an export, or another output of it`,
      query: downloadQueryModel,
      headers: fileHeaders,
      answers: fileAnswers,
      handle: async (call) => {
        const resource = await reach(context, place, call.params, call.principal)
        return downloadFile(context, call, call.params.exportId ?? '', resource)
      },
    }),
  ]
}
