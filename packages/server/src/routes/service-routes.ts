import { z } from 'zod'
import { retryAfter } from '../defaults.js'
import { json } from '../http/http-response.js'
import { type Model, model } from '../http/model.js'
import { type Route, route } from '../http/route.js'
import { openApiDocument } from '../openapi/document.js'
import { healthCheck } from './health.js'
import type { RouteContext } from './route-context.js'

const healthModel: Model<{ readonly status: 'ok' | 'unavailable' }> = model(
  z.strictObject({ status: z.enum(['ok', 'unavailable']) }),
  'Health',
)

/** About this server itself; they need no principal and tell nothing of anyone. */
export function serviceRoutes(context: RouteContext, others: readonly Route[]): readonly Route[] {
  const { piecework, limits, address } = context
  const isHealthy = healthCheck(piecework, limits.healthMs)
  let document: unknown
  const own: readonly Route[] = [
    route({
      method: 'GET',
      path: 'health',
      operation: 'getHealth',
      summary: 'Whether the store answers',
      isPublic: true,
      answers: {
        200: { description: 'It does', model: healthModel },
        503: { description: 'It does not', model: healthModel },
      },
      handle: async () => {
        if (await isHealthy()) return json(200, { status: 'ok' }, { 'cache-control': 'no-store' })
        return json(503, { status: 'unavailable' }, { 'retry-after': String(retryAfter.away) })
      },
    }),
    route({
      method: 'GET',
      path: 'openapi.json',
      operation: 'getOpenApi',
      summary: 'This description',
      isPublic: true,
      answers: { 200: { description: 'OpenAPI 3.1', model: model(z.object({}).loose()) } },
      handle: async () => {
        document ??= openApiDocument([...others, ...own], address)
        return json(200, document)
      },
    }),
  ]
  return own
}
