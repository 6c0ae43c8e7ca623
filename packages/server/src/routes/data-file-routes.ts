import { type ImportDraft, PieceworkError, type Principal } from '@piecework/core'
import { z } from 'zod'
import type { HttpRequest } from '../http/http-request.js'
import { type HttpResponse, json, noContent } from '../http/http-response.js'
import { type Model, model } from '../http/model.js'
import { noQuery } from '../http/query.js'
import { type Route, route } from '../http/route.js'
import { jsonField, storing, takeUpload, type Upload } from '../uploads/read-upload.js'
import { checkVersion, creationOf, isTus } from '../uploads/tus.js'
import { unreadQuery } from '../uploads/unread-query.js'
import { createdUpload } from '../uploads/upload-answers.js'
import { dataFileModel, dataFileView } from '../views/draft-views.js'
import type { DraftFormat } from './draft-formats.js'
import type { RouteContext } from './route-context.js'

interface FileFields {
  /** What the format takes it as. */
  readonly role: string
  readonly metadata?: Readonly<Record<string, unknown>>
  /** Of an unsorted file, in the folder that it is from. */
  readonly path?: string
}

const fileFields: Model<FileFields> = model(
  z.strictObject({
    role: z.string().min(1).describe('what the format takes the file as'),
    metadata: z.record(z.string(), z.unknown()).exactOptional().describe('JSON'),
    path: z
      .string()
      .min(1)
      .exactOptional()
      .describe('of a file with the role "unsorted": its path in the folder; absent: its name'),
  }),
)

const fileTypes: readonly string[] = ['application/octet-stream', 'application/zip', 'text/plain', 'text/csv']

type FindDraft = (params: Readonly<Record<string, string>>, principal: Principal) => Promise<ImportDraft>

/** The files of a draft. */
export function dataFileRoutes(
  { limits, piecework }: Pick<RouteContext, 'limits' | 'piecework'>,
  { item, label, format }: DraftFormat,
  find: FindDraft,
): readonly Route[] {
  const largest = Math.max(format.unsorted?.maxBytes ?? 0, ...format.roles.map(({ maxBytes }) => maxBytes))
  return [
    route<unknown>({
      method: 'POST',
      path: `${item}/data-file`,
      operation: `upload${label}File`,
      summary: 'Upload a file; one of the same role is replaced',
      query: unreadQuery,
      upload: { types: fileTypes, fields: fileFields },
      isTus: true,
      answers: { 201: { description: 'The file, with the id to remove it by', model: dataFileModel } },
      handle: async ({ request, params, principal }) => {
        if (isTus(request)) return create(request, params, principal)
        const draft = await find(params, principal)
        await assertOpen(draft)
        const rules = { ...limits, types: fileTypes, maxBytes: largest }
        const file = await takeUpload(request, rules, (upload) => put(draft, request, upload))
        return json(201, dataFileView(file))
      },
    }),
    route({
      method: 'DELETE',
      path: `${item}/data-file/:dataFileId`,
      operation: `remove${label}File`,
      summary: 'Remove a file',
      answers: { 204: { description: 'It is gone' } },
      handle: async ({ params, principal }) => {
        const id = params.dataFileId ?? ''
        if (await (await find(params, principal)).removeUpload(id)) return noContent()
        throw new PieceworkError('artifact-not-found', `There is no file ${id.slice(0, 100)}.`)
      },
    }),
  ]

  /** An upload of tus: the same fields, in `Upload-Metadata`. */
  async function create(
    request: HttpRequest,
    params: Readonly<Record<string, string>>,
    principal: Principal,
  ): Promise<HttpResponse> {
    checkVersion(request)
    noQuery(request.url)
    const { resource } = await find(params, principal)
    const { size, fileName, fields, clientMetadata } = creationOf(request)
    const { role, metadata, path = fileName } = fileFieldsOf(fields, 'Upload-Metadata')
    const upload = await piecework.createUpload({
      principal,
      draft: resource,
      role,
      size,
      ...(metadata && { metadata }),
      ...(path !== undefined && { fileName: path }),
      ...(clientMetadata !== undefined && { clientMetadata }),
    })
    return createdUpload(upload, await upload.status(), `${item}/data-file`)
  }

  async function put(draft: ImportDraft, request: HttpRequest, upload: Upload) {
    const fields = fileFieldsOf(upload.fields, upload.place)
    checkRole(fields.role, request)
    const { path: fileName = upload.fileName } = fields
    return storing(request, upload.bytes, (stream) =>
      draft.upload(fields.role, {
        stream,
        ...(fileName !== undefined && { fileName }),
        ...(fields.metadata && { metadata: fields.metadata }),
      }),
    )
  }

  /** Of a raw body, whose length is the file's: before it is read. */
  function checkRole(role: string, request: HttpRequest): void {
    const known = format.roles.find(({ name }) => name === role)
    const size = Number(request.headers.get('content-length') ?? 0)
    const isForm = request.headers.get('content-type')?.startsWith('multipart/') ?? false
    if (!known || isForm || size <= known.maxBytes) return
    throw new PieceworkError('upload-limit', `The file for ${role} is larger than ${known.maxBytes} bytes.`, {
      facts: { size, maxBytes: known.maxBytes },
    })
  }
}

function fileFieldsOf(
  { metadata: text, ...rest }: Readonly<Record<string, string>>,
  place: string,
): FileFields {
  const metadata = text === undefined ? undefined : jsonField('metadata', text)
  const fields = fileFields.parse({ ...rest, ...(metadata !== undefined && { metadata }) }, place)
  if (fields.path === undefined || fields.role === 'unsorted') return fields
  throw new PieceworkError(
    'options-invalid',
    `${place}: "path" is that of a file with the role "unsorted".`,
    {
      facts: { option: 'path' },
    },
  )
}

/** Before the first byte is taken. Throws `uploads-closed`, as the upload itself. */
async function assertOpen(draft: ImportDraft): Promise<void> {
  const { status } = await draft.status()
  if (status !== 'draft')
    throw new PieceworkError('uploads-closed', `This import is ${status}: its files stay as they are.`)
}
