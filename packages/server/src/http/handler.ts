import { isPieceworkError, type Principal } from '@piecework/core'
import type { HttpSettings } from '../http-settings.js'
import { httpError } from '../problems/http-error.js'
import { problemResponse } from '../problems/problem.js'
import { statusOf } from '../problems/statuses.js'
import { isTus, tusAbilities, tusHeaders } from '../uploads/tus.js'
import { checkSize } from './check-size.js'
import { corsHeaders, optionsResponse } from './cors.js'
import type { HttpRequest } from './http-request.js'
import type { HttpResponse } from './http-response.js'
import { readJson } from './json-body.js'
import { knownPrincipal } from './known-principal.js'
import { checkOrigin } from './origin.js'
import { noQuery, queryOf } from './query.js'
import { requestKeyOf } from './request-key.js'
import type { Method } from './route.js'
import type { Match } from './router.js'

/** Answers a request whose path is one of ours; never throws. */
export type Handler = (match: Match, request: HttpRequest) => Promise<HttpResponse>

export function createHandler(settings: HttpSettings): Handler {
  return async (match, request) => {
    const { status, headers, body } = await answerOrProblem(settings, match, request)
    const cors = corsHeaders(request, settings)
    const vary = [headers.vary, cors.vary].filter(Boolean).join(', ')
    return {
      status,
      headers: {
        'x-content-type-options': 'nosniff',
        ...(status !== 204 && { 'cache-control': 'private, no-store' }),
        ...(isTus(request) && hasTus(match) && tusHeaders),
        ...headers,
        ...cors,
        ...(vary !== '' && { vary }),
      },
      ...(body !== undefined && { body }),
    }
  }
}

async function answerOrProblem(
  settings: HttpSettings,
  match: Match,
  request: HttpRequest,
): Promise<HttpResponse> {
  try {
    return await answer(settings, match, request)
  } catch (error) {
    const code = isPieceworkError(error) ? error.code : 'internal'
    const isOurs = statusOf(code).status >= 500 && code !== 'http/stopping' && code !== 'http/busy'
    if (isOurs && !hasGone(request, error)) settings.onError(error)
    return problemResponse(error, settings.statuses)
  }
}

/** The client has ended its request, which is what failed. */
function hasGone({ signal }: HttpRequest, error: unknown): boolean {
  if (!signal.aborted || !(error instanceof Error)) return false
  return error.name === 'AbortError' || ('code' in error && error.code === 'ECONNRESET')
}

async function answer(settings: HttpSettings, match: Match, request: HttpRequest): Promise<HttpResponse> {
  checkSize(request, settings.limits)
  const { method } = request
  if (method === 'OPTIONS') return optionsOf(match, request, settings)
  const route = match.routes.get((method === 'HEAD' ? 'GET' : method) as Method)
  if (!route)
    throw httpError('http/method', `There is no ${method.slice(0, 20)} here; there are ${allowOf(match)}.`, {
      headers: { allow: allowOf(match) },
    })
  if (route.method !== 'GET') checkOrigin(request, settings)
  const principal = route.isPublic ? anonymous : await knownPrincipal(settings, request.host)
  const { params } = match
  const query = route.query ? route.query.parse(queryOf(request.url), 'The query') : noQuery(request.url)
  const read = route.body && (await readJson(request, settings.limits))
  const body = route.body?.parse(read ?? {}, 'The body')
  const keyed = requestKeyOf(route, request, body)
  const call = { request, params, query, body, principal, keyed }
  return route.handle(call)
}

function optionsOf(match: Match, request: HttpRequest, settings: HttpSettings): HttpResponse {
  const { headers, ...rest } = optionsResponse(request, allowOf(match), settings)
  return { ...rest, headers: { ...headers, ...(hasTus(match) && tusAbilities) } }
}

function hasTus({ routes }: Match): boolean {
  return [...routes.values()].some((route) => route.isTus)
}

/** Of routes that need none. */
const anonymous: Principal = { id: '' }

function allowOf({ routes }: Match): string {
  const methods = [...routes.keys()].flatMap((one): readonly string[] =>
    one === 'GET' ? [one, 'HEAD'] : [one],
  )
  return [...methods, 'OPTIONS'].join(', ')
}
