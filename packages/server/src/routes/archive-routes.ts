import { type Piecework, PieceworkError, type Principal } from '@piecework/core'
import { type HttpRequest, mediaTypeOf } from '../http/http-request.js'
import { json } from '../http/http-response.js'
import { isJson, readJson } from '../http/json-body.js'
import type { Model } from '../http/model.js'
import { noQuery } from '../http/query.js'
import { type Route, route } from '../http/route.js'
import { takeUpload } from '../uploads/read-upload.js'
import { unreadQuery } from '../uploads/unread-query.js'
import { withSpooled } from '../uploads/with-spooled.js'
import { archiveSummaryModel, diffModel } from '../views/archive-models.js'
import { archiveSource } from './archive-source.js'
import {
  archiveModel,
  type DiffFields,
  type DiffSide,
  diffBodyModel,
  diffFieldsModel,
  emptyModel,
} from './bodies.js'
import { archiveBytes, zipTypes } from './import-routes.js'
import type { RouteContext } from './route-context.js'

/** What is inside of archives, and how two differ; nothing is imported. */
export function archiveRoutes(context: RouteContext): readonly Route[] {
  const { piecework, limits, onDisk } = context
  /** An archive that is sent, while it lasts, with what its fields say. */
  const withUpload = async <Fields, T>(
    request: HttpRequest,
    fieldsOf: Model<Fields>,
    use: (file: string, fields: Fields) => Promise<T>,
  ): Promise<T> => {
    const maxBytes = Math.min(limits.spoolBytes, archiveBytes(piecework))
    const rules = { ...limits, types: zipTypes, orJson: true, maxBytes } as const
    const { signal } = request
    return takeUpload(request, rules, async ({ bytes, fields, place }) => {
      const parsed = fieldsOf.parse(fields, place)
      return onDisk(() => withSpooled(bytes, { maxBytes, signal }, (file) => use(file, parsed)))
    })
  }
  return [
    route<unknown>({
      method: 'POST',
      path: 'archives/inspect',
      operation: 'inspectArchive',
      summary: 'What is inside an archive',
      query: unreadQuery,
      upload: { types: zipTypes, fields: emptyModel, reference: archiveModel },
      answers: { 200: { description: 'Resources, pieces and rows', model: archiveSummaryModel } },
      handle: async ({ request, principal }) => {
        const { signal } = request
        if (!isJson(mediaTypeOf(request)))
          return withUpload(request, emptyModel, async (file) =>
            json(200, await piecework.inspect({ file }, { principal, signal })),
          )
        noQuery(request.url)
        const body = archiveModel.parse(await readJson(request, limits), 'The body')
        const archive = await archiveSource(piecework, body, principal)
        return json(200, await piecework.inspect(archive, { principal, signal }))
      },
    }),
    route<unknown>({
      method: 'POST',
      path: 'archives/diff',
      operation: 'compareArchives',
      summary: 'Which pieces and rows differ between archives, or between an archive and a resource as it is',
      query: unreadQuery,
      upload: { types: zipTypes, fields: diffFieldsModel, reference: diffBodyModel },
      answers: { 200: { description: 'What differs, from a to b', model: diffModel } },
      handle: async ({ request, principal }) => {
        const { signal } = request
        if (isJson(mediaTypeOf(request))) {
          noQuery(request.url)
          const { a, b } = diffBodyModel.parse(await readJson(request, limits), 'The body')
          const sides = [
            await sideOf(piecework, a, principal),
            await sideOf(piecework, b, principal),
          ] as const
          return json(200, await piecework.diff(...sides, { principal, signal }))
        }
        return withUpload(request, diffFieldsModel, async (file, fields) => {
          const other = await sideOf(piecework, otherSide(fields), principal)
          return json(200, await piecework.diff({ file }, other, { principal, signal }))
        })
      },
    }),
  ]
}

async function sideOf(piecework: Piecework, side: DiffSide, principal: Principal) {
  if ('resource' in side) return { ...side, principal }
  return archiveSource(piecework, side, principal)
}

/** What an archive that is sent is compared with. */
function otherSide({ kind, id, ...archive }: DiffFields): DiffSide {
  const isArchive = Object.keys(archive).length > 0
  if (isArchive && kind === undefined && id === undefined) return archive
  if (!isArchive && kind !== undefined && id !== undefined) return { resource: { kind, id } }
  throw new PieceworkError(
    'options-invalid',
    'The form: what is compared with is either "job" and perhaps "output", "upload", or "kind" and "id".',
    { facts: { option: 'job' } },
  )
}
