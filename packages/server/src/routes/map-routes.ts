import type { UnitMap } from '@piecework/core/piece'
import type { HttpResponse } from '../http/http-response.js'
import { type Route, route } from '../http/route.js'
import { mapBytes } from '../views/map-bytes.js'
import type { DraftFormat, FindDraft } from './draft-formats.js'
import type { Place } from './places.js'
import { type RouteContext, reach } from './route-context.js'

const answers = {
  200: {
    description: 'Shapes and columns, quantised for a picture: docs/http.md describes the bytes',
    mediaType: 'application/octet-stream',
  },
} as const

/** Of a kind that has maps: its units, such as the planning units of a project. */
export function mapRoutes(context: RouteContext, place: Place): readonly Route[] {
  const { piecework } = context
  if (!piecework.registered.kinds.find(({ kind }) => kind === place.kind)?.hasMap) return []
  return [
    route({
      method: 'GET',
      path: `${place.item}/grid`,
      operation: `get${place.label}Grid`,
      summary: `The map of a ${place.kind}`,
      answers,
      handle: async ({ params, principal }) =>
        mapResponse(await piecework.unitMap(await reach(context, place, params, principal), { principal })),
    }),
  ]
}

/** Of the files of an import, before it and after it has failed. */
export function draftMapRoutes({ format, item, label }: DraftFormat, find: FindDraft): readonly Route[] {
  if (!format.hasMap) return []
  return [
    route({
      method: 'GET',
      path: `${item}/grid`,
      operation: `get${label}Grid`,
      summary: 'The map of what is uploaded',
      answers,
      handle: async ({ request, params, principal }) =>
        mapResponse(await (await find(params, principal)).unitMap(request.signal)),
    }),
  ]
}

/** What is wrong with the first units is said by the status. */
async function mapResponse(map: UnitMap): Promise<HttpResponse> {
  const bytes = mapBytes(map)
  const first = [await bytes.next(), await bytes.next()]
  async function* body(): AsyncGenerator<Uint8Array> {
    try {
      for (const { done, value } of first) if (!done) yield value
      yield* bytes
    } finally {
      await bytes.return(undefined)
    }
  }
  return { status: 200, headers: { 'content-type': 'application/octet-stream' }, body: body() }
}
