import { type JobHandle, PieceworkError, type Principal, type ResourceRef } from '@piecework/core'
import { type HttpRequest, mediaTypeOf } from '../http/http-request.js'
import type { HttpResponse } from '../http/http-response.js'
import { isJson, readJson } from '../http/json-body.js'
import type { Model } from '../http/model.js'
import { noQuery } from '../http/query.js'
import { requestKeyOf } from '../http/request-key.js'
import { type Route, route } from '../http/route.js'
import { jsonField, storing, takeUpload } from '../uploads/read-upload.js'
import { checkVersion, creationOf, isTus } from '../uploads/tus.js'
import { unreadQuery } from '../uploads/unread-query.js'
import { createdUpload } from '../uploads/upload-answers.js'
import { accepted, acceptedAnswer } from './answers.js'
import { archiveSource } from './archive-source.js'
import { type ArchiveBody, type ImportSettings, importFieldsModel, importReferenceModel } from './bodies.js'
import type { Place } from './places.js'
import { type RouteContext, reach } from './route-context.js'

export const zipTypes: readonly string[] = ['application/zip', 'application/octet-stream']

/** Imports of archives: sent as they are, in a form, or named as what an export has made. */
export function importRoutes(context: RouteContext, place: Place): readonly Route[] {
  const { followUps } = context
  const { collection, label, kind, parent } = place
  const fields = importFieldsModel(followUps)
  const reference = importReferenceModel(followUps)
  return [
    route<unknown>({
      method: 'POST',
      path: `${collection}/import`,
      operation: `import${label}`,
      summary: `Import a ${kind} from an archive`,
      query: unreadQuery,
      upload: { types: zipTypes, fields, reference },
      isTus: true,
      again: 'nothing',
      answers: acceptedAnswer,
      handle: async ({ request, params, principal }) => {
        const into = parent && (await reach(context, parent, params, principal))
        const about = { principal, kind, ...(into && { into }) }
        if (isJson(mediaTypeOf(request)))
          return accepted(context, await importStored(context, request, reference, about), principal)
        requestKeyOf({ method: 'POST' }, request, undefined)
        if (isTus(request)) return createArchiveUpload(context, request, about, `${collection}/import`)
        return accepted(context, await importUpload(context, request, fields, about), principal)
      },
    }),
  ]
}

interface ImportAbout {
  readonly principal: Principal
  readonly kind: string
  readonly into?: ResourceRef
}

/** An upload of tus, which is imported by its id when it is complete. */
async function createArchiveUpload(
  { piecework }: RouteContext,
  request: HttpRequest,
  { principal, into }: ImportAbout,
  requested: string,
): Promise<HttpResponse> {
  checkVersion(request)
  noQuery(request.url)
  const { size, fileName, fields, clientMetadata } = creationOf(request)
  const [extra] = Object.keys(fields)
  if (extra !== undefined) throw notOfUpload(extra)
  const upload = await piecework.createUpload({
    principal,
    ...(into && { into }),
    archive: true,
    size,
    ...(fileName !== undefined && { fileName }),
    ...(clientMetadata !== undefined && { clientMetadata }),
  })
  return createdUpload(upload, await upload.status(), requested)
}

function notOfUpload(name: string): PieceworkError {
  const shown = name.slice(0, 100)
  return new PieceworkError(
    'options-invalid',
    `Upload-Metadata has no "${shown}" here: what is said of the import comes with { "upload": id }.`,
    { facts: { option: shown } },
  )
}

async function importStored(
  context: RouteContext,
  request: HttpRequest,
  reference: Model<ImportSettings & ArchiveBody>,
  about: ImportAbout,
): Promise<JobHandle> {
  const { piecework, limits } = context
  noQuery(request.url)
  const body = reference.parse(await readJson(request, limits), 'The body')
  const { job: _, output: _o, upload: _u, ...settings } = body
  const keyed = requestKeyOf({ method: 'POST', again: 'one-job' }, request, body)
  const archive = await archiveSource(piecework, body, about.principal)
  return piecework.import({ ...settings, ...about, ...keyed, archive })
}

async function importUpload(
  { piecework, limits }: RouteContext,
  request: HttpRequest,
  fields: Model<ImportSettings>,
  about: ImportAbout,
): Promise<JobHandle> {
  const { principal, into } = about
  // Before the first byte of the body is taken; of a form, that of its fields.
  await piecework.checkAllowed('import', into ? { resource: into } : {}, { principal })
  const rules = { ...limits, types: zipTypes, orJson: true, maxBytes: archiveBytes(piecework) } as const
  return takeUpload(request, rules, async (upload) => {
    const settings = fields.parse(withJson(upload.fields), upload.place)
    const { fileName } = upload
    return storing(request, upload.bytes, (stream) =>
      piecework.import({
        ...settings,
        ...about,
        archive: { stream, ...(fileName !== undefined && { fileName }) },
      }),
    )
  })
}

/** The largest archive that core takes. */
export function archiveBytes({ registered }: RouteContext['piecework']): number {
  const archive = registered.formats.find(({ name }) => name === 'archive')
  return archive?.roles[0]?.maxBytes ?? Number.MAX_SAFE_INTEGER
}

const jsonFields = ['only', 'without', 'options', 'onSuccess', 'onFailure', 'onCancel']

function withJson(fields: Readonly<Record<string, string>>): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    Object.entries(fields).map(([name, value]) => [
      name,
      jsonFields.includes(name) ? jsonField(name, value) : value,
    ]),
  )
}
