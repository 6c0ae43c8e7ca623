import type { Piecework, Principal } from '@piecework/core'
import { bodyBytes } from '../http/body-bytes.js'
import { mediaTypeOf } from '../http/http-request.js'
import { json, noContent } from '../http/http-response.js'
import { type Route, route } from '../http/route.js'
import { httpError } from '../problems/http-error.js'
import { checkDeclared } from '../uploads/read-upload.js'
import { checkVersion, chunkType, offsetOf, tusHeaders } from '../uploads/tus.js'
import { uploadHeaders, uploadModel, uploadView } from '../uploads/upload-answers.js'
import type { RouteContext } from './route-context.js'

/** Uploads that go on, as tus has them: what creates one is the route that takes its file. */
export function uploadRoutes({ piecework, limits }: RouteContext): readonly Route[] {
  const path = 'uploads/:uploadId'
  const find = (params: Readonly<Record<string, string>>, principal: Principal) =>
    uploadOf(piecework, params, principal)
  return [
    route({
      method: 'GET',
      path,
      operation: 'getUpload',
      summary: 'How far an upload is; with HEAD as tus asks for it',
      isTus: true,
      answers: { 200: { description: 'Its state', model: uploadModel } },
      handle: async ({ request, params, principal }) => {
        checkVersion(request)
        const upload = await find(params, principal)
        const status = await upload.status()
        return json(200, uploadView(upload.id, status), uploadHeaders(status))
      },
    }),
    route<unknown>({
      method: 'PATCH',
      path,
      operation: 'continueUpload',
      summary: 'Add bytes from Upload-Offset on; what has come when the connection is cut stays',
      isTus: true,
      upload: { types: [chunkType] },
      answers: { 204: { description: 'They are there' } },
      handle: async ({ request, params, principal }) => {
        checkVersion(request)
        if (mediaTypeOf(request) !== chunkType)
          throw httpError('http/media-type', `This takes ${chunkType}.`, { headers: tusHeaders })
        const offset = offsetOf(request)
        const upload = await find(params, principal)
        const { size } = await upload.status()
        checkDeclared(request, Math.max(0, size - offset))
        const status = await upload.append(bodyBytes(request, limits.idleMs), { offset })
        return noContent(uploadHeaders(status))
      },
    }),
    route({
      method: 'DELETE',
      path,
      operation: 'deleteUpload',
      summary: 'Remove an upload; of a draft, also the file that it has become',
      isTus: true,
      answers: { 204: { description: 'It is gone' } },
      handle: async ({ request, params, principal }) => {
        checkVersion(request)
        await (await find(params, principal)).delete()
        return noContent(tusHeaders)
      },
    }),
  ]
}

function uploadOf(
  piecework: Piecework,
  { uploadId = '' }: Readonly<Record<string, string>>,
  principal: Principal,
) {
  return piecework.upload(uploadId, { principal })
}
