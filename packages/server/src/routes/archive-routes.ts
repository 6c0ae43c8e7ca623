import type { Diff, Piecework, Principal } from '@piecework/core'
import { PieceworkError } from '@piecework/core'
import type { ArchiveSummary } from '@piecework/core/archive'
import { z } from 'zod'
import { type HttpRequest, hasBody, mediaTypeOf } from '../http/http-request.js'
import { json } from '../http/http-response.js'
import { isJson, readJson } from '../http/json-body.js'
import { type Model, model } from '../http/model.js'
import { type Route, route } from '../http/route.js'
import { otherType, readUpload } from '../uploads/read-upload.js'
import { withSpooled } from '../uploads/with-spooled.js'
import { archiveSource } from './archive-source.js'
import { archiveModel, type DiffQuery, type DiffSide, diffModel, diffQueryModel } from './bodies.js'
import { archiveBytes, zipTypes } from './import-routes.js'
import type { RouteContext } from './route-context.js'

const summaryModel: Model<ArchiveSummary> = model(
  z
    .object({ tree: z.unknown(), digest: z.string(), signature: z.unknown(), pieces: z.array(z.unknown()) })
    .loose() as never,
  'ArchiveSummary',
)
const diffResultModel: Model<Diff> = model(z.object({}).loose() as never, 'Diff')
const nothing: Model<unknown> = { schema: {}, parse: (value) => value }

/** What is inside of archives, and how two differ; nothing is imported. */
export function archiveRoutes(context: RouteContext): readonly Route[] {
  const { piecework, limits } = context
  /** An archive that is sent, while it lasts. */
  const withUpload = async <T>(request: HttpRequest, use: (file: string) => Promise<T>): Promise<T> => {
    if (!hasBody(request)) throw otherType(zipTypes)
    const maxBytes = archiveBytes(piecework)
    const { bytes } = await readUpload(request, { ...limits, types: zipTypes, maxBytes })
    return withSpooled(bytes, maxBytes, use)
  }
  return [
    route<unknown>({
      method: 'POST',
      path: 'archives/inspect',
      operation: 'inspectArchive',
      summary: 'What is inside an archive',
      query: nothing,
      upload: { types: zipTypes, reference: archiveModel },
      answers: { 200: { description: 'Resources, pieces and rows', model: summaryModel } },
      handle: async ({ request, principal }) => {
        if (!isJson(mediaTypeOf(request)))
          return withUpload(request, async (file) =>
            json(200, await piecework.inspect({ file }, { principal })),
          )
        const body = archiveModel.parse(await readJson(request, limits), 'The body')
        const archive = await archiveSource(piecework, body, principal)
        return json(200, await piecework.inspect(archive, { principal }))
      },
    }),
    route<DiffQuery>({
      method: 'POST',
      path: 'archives/diff',
      operation: 'compareArchives',
      summary: 'Which pieces and rows differ between archives, or between an archive and a resource as it is',
      query: diffQueryModel,
      upload: { types: zipTypes, reference: diffModel },
      answers: { 200: { description: 'What differs, from a to b', model: diffResultModel } },
      handle: async ({ request, principal, query }) => {
        const { signal } = request
        if (isJson(mediaTypeOf(request))) {
          const { a, b } = diffModel.parse(await readJson(request, limits), 'The body')
          const sides = [
            await sideOf(piecework, a, principal),
            await sideOf(piecework, b, principal),
          ] as const
          return json(200, await piecework.diff(...sides, { principal, signal }))
        }
        const other = await sideOf(piecework, querySide(query), principal)
        return withUpload(request, async (file) =>
          json(200, await piecework.diff({ file }, other, { principal, signal })),
        )
      },
    }),
  ]
}

async function sideOf(piecework: Piecework, side: DiffSide, principal: Principal) {
  if ('resource' in side) return { ...side, principal }
  return archiveSource(piecework, side, principal)
}

/** With an archive that is sent, the other side is in the query. */
function querySide({ kind, id, ...archive }: DiffQuery): DiffSide {
  const isArchive = Object.keys(archive).length > 0
  if (isArchive && kind === undefined && id === undefined) return archive
  if (!isArchive && kind !== undefined && id !== undefined) return { resource: { kind, id } }
  throw new PieceworkError(
    'options-invalid',
    'The query: what is compared with is either "job" and perhaps "output", "upload", or "kind" and "id".',
    { facts: { option: 'job' } },
  )
}
