import type { ImportDraft, Principal } from '@piecework/core'
import { type HttpResponse, json } from '../http/http-response.js'
import { type Route, route } from '../http/route.js'
import { dataFileView, draftStatusModel, draftView, draftViewModel } from '../views/draft-views.js'
import { sortedFilesModel, validationResultsModel } from '../views/models.js'
import { shownResults } from '../views/shown-results.js'
import { accepted, acceptedAnswer } from './answers.js'
import {
  type DraftBody,
  draftModel,
  emptyModel,
  type RunBody,
  runModel,
  type ValidateBody,
  validateModel,
} from './bodies.js'
import { dataFileRoutes } from './data-file-routes.js'
import type { DraftFormat, FindDraft } from './draft-formats.js'
import { draftMapRoutes } from './map-routes.js'
import { type RouteContext, reach } from './route-context.js'

/** An import whose files are uploaded one after the other, until it is run. */
export function draftRoutes(context: RouteContext, draft: DraftFormat): readonly Route[] {
  const { piecework, address, followUps, onDisk } = context
  const { collection, item, label, place, format, segment } = draft
  const { kind, parent } = place
  const find = async (params: Readonly<Record<string, string>>, principal: Principal): Promise<ImportDraft> =>
    piecework.draft(await reach(context, place, params, principal), { principal })
  /** Files of which the roles are to be found are kept here meanwhile. */
  const sorting = <T>(work: () => Promise<T>): Promise<T> => (format.unsorted ? onDisk(work) : work())
  const begun = (made: ImportDraft, params: Readonly<Record<string, string>>): HttpResponse => {
    const above = parent ? `${filled(parent.item, params)}/` : ''
    const own = `${context.paths[kind]}/import/${segment}/${encodeURIComponent(made.resource.id)}`
    return json(201, draftView(made), { location: `${address}/${above}${own}` })
  }
  return [
    route<never, DraftBody>({
      method: 'POST',
      path: collection,
      operation: `prepare${label}`,
      again: 'one-job',
      summary: `Prepare an empty ${kind} for files of the format ${format.name}`,
      body: draftModel(followUps),
      answers: { 201: { description: 'The hidden resource, for the next steps', model: draftViewModel } },
      handle: async ({ params, body, principal, keyed }) => {
        const into = parent && (await reach(context, parent, params, principal))
        const made = await piecework.createDraft({
          ...body,
          ...keyed,
          principal,
          format: format.name,
          // For `again`.
          keepUploads: 'failed',
          ...(into && { into }),
        })
        return begun(made, params)
      },
    }),
    route({
      method: 'POST',
      path: `${item}/again`,
      operation: `prepare${label}Again`,
      again: 'one-job',
      summary: 'Prepare another one with the files of an import that has run and not succeeded',
      body: emptyModel,
      answers: {
        201: { description: 'The hidden resource, with copies of the files', model: draftViewModel },
      },
      handle: async ({ request: { signal }, params, principal, keyed }) => {
        const resource = await reach(context, place, params, principal)
        return begun(await piecework.repeatDraft(resource, { principal, signal, ...keyed }), params)
      },
    }),
    route({
      method: 'GET',
      path: item,
      operation: `get${label}`,
      summary: 'Which files are there, and which are missing',
      answers: { 200: { description: 'How far it is', model: draftStatusModel } },
      handle: async ({ params, principal }) => {
        const found = await find(params, principal)
        const { status, uploads, missing, keptUntil } = await found.status()
        const files = uploads.map(dataFileView)
        const kept = keptUntil && { keptUntil: keptUntil.toISOString() }
        return json(200, { ...draftView(found), status, files, missing, ...kept, roles: format.roles })
      },
    }),
    ...dataFileRoutes(context, draft, find),
    ...(format.unsorted ? [sortRoute(context, draft, find)] : []),
    ...draftMapRoutes(draft, find),
    route<never, RunBody>({
      method: 'POST',
      path: item,
      operation: `run${label}`,
      again: 'one-job',
      summary: 'Import what is uploaded',
      body: runModel,
      answers: acceptedAnswer,
      handle: async ({ request: { signal }, params, body, principal, keyed }) => {
        const draft = await find(params, principal)
        const job = await sorting(() => draft.run({ ...body, ...keyed, signal }))
        return accepted(context, job, principal)
      },
    }),
    route<never, ValidateBody>({
      method: 'POST',
      path: `${item}/validate`,
      operation: `validate${label}`,
      again: 'one-job',
      summary: 'Validate what is uploaded, and write nothing',
      body: validateModel,
      answers: acceptedAnswer,
      handle: async ({ request: { signal }, params, body, principal, keyed }) => {
        const draft = await find(params, principal)
        const job = await sorting(() => draft.validate({ ...body, ...keyed, signal }))
        return accepted(context, job, principal)
      },
    }),
    route({
      method: 'POST',
      path: `${item}/cancel`,
      operation: `cancel${label}`,
      again: 'nothing',
      summary: 'Stop the import',
      body: emptyModel,
      answers: acceptedAnswer,
      handle: async ({ params, principal }) => {
        const { job } = await find(params, principal)
        await piecework.cancel(job, { principal })
        return accepted(context, { id: job }, principal)
      },
    }),
    route({
      method: 'GET',
      path: `${item}/validation-results`,
      operation: `get${label}ValidationResults`,
      summary: 'All errors and warnings of the latest validation',
      answers: { 200: { description: 'What was found, by file', model: validationResultsModel } },
      handle: async ({ params, principal }) =>
        json(
          200,
          await shownResults(piecework, await (await find(params, principal)).validationResults(), {
            principal,
            roles: format.roles.map(({ name }) => name),
          }),
        ),
    }),
  ]
}

/** Runs and validations sort by themselves; this says what they would find. */
function sortRoute(
  { onDisk }: Pick<RouteContext, 'onDisk'>,
  { item, label }: DraftFormat,
  find: FindDraft,
): Route {
  return route({
    method: 'POST',
    path: `${item}/sort`,
    operation: `sort${label}Files`,
    again: 'nothing',
    summary: 'Find the roles of files that were uploaded as unsorted',
    body: emptyModel,
    answers: { 200: { description: 'Which file is what, and what is missing', model: sortedFilesModel } },
    handle: async ({ request, params, principal }) => {
      const draft = await find(params, principal)
      return json(200, await onDisk(() => draft.sort(request.signal)))
    },
  })
}

/** A pattern with what it stands for: `projects/7`. */
function filled(pattern: string, params: Readonly<Record<string, string>>): string {
  return pattern.replace(/:([^/]+)/g, (_, name: string) => encodeURIComponent(params[name] ?? ''))
}
