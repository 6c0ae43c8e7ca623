import type { IncomingMessage, ServerResponse } from 'node:http'
import type { FastifyReply, FastifyRequest } from '../forms/fastify-form.js'
import { fetchResponse } from '../forms/fetch-form.js'
import type { KoaContext } from '../forms/koa-form.js'
import { sendNode } from '../forms/send-node.js'
import type { HttpResponse } from '../http/http-response.js'
import type { HttpSettings } from '../http-settings.js'
import { type NestGuard, nestGuard } from './nest-guard.js'
import { type Passed, passes } from './passes.js'
import type { ResourceOf } from './resource-of.js'
import { untilClosed } from './until-closed.js'

/** The same refusal in the form of each framework. What only reads (GET, HEAD, OPTIONS) passes. */
export interface HttpGuard {
  readonly node: (req: IncomingMessage, res: ServerResponse, next: (error?: unknown) => void) => void
  readonly koa: (context: KoaContext, next: () => Promise<unknown>) => Promise<unknown>
  /** A `preHandler` hook. */
  readonly fastify: (request: FastifyRequest, reply: FastifyReply) => Promise<unknown>
  /**
   * Middleware of Hono is `(c, next) => guard.fetch(c.req.raw, c, next)`. Without `next` it resolves to the refusal, or
   * to undefined, and holds nothing.
   */
  readonly fetch: <T>(
    request: Request,
    host?: unknown,
    next?: () => Promise<T>,
  ) => Promise<Response | T | undefined>
  /** For `@UseGuards(guard.nest)`. */
  readonly nest: NestGuard
}

export function createGuard<Host>(settings: HttpSettings, resourceOf: ResourceOf<Host>): HttpGuard {
  const ask = (method: string | undefined, host: unknown): Promise<Passed> =>
    passes(settings, method ?? 'GET', host, resourceOf as ResourceOf<unknown>)
  const refuse = (req: IncomingMessage, res: ServerResponse, response: HttpResponse) =>
    sendNode(req, res, response)
  return {
    node: (req, res, next) => {
      untilClosed(res, () => ask(req.method, req))
        .then(async (passed) => {
          if (passed?.refusal) return refuse(req, res, passed.refusal)
          if (passed) next()
        })
        .catch(next)
    },
    koa: async (context, next) => {
      const { req, res } = context
      const { refusal, release } = await ask(req.method, context)
      if (refusal) return refuse(req, res, refusal)
      try {
        return await next()
      } finally {
        release()
      }
    },
    fastify: async (request, reply) => {
      const passed = await untilClosed(reply.raw, () => ask(request.raw.method, request))
      if (passed && !passed.refusal) return
      // Nothing more is called for it.
      reply.hijack()
      if (passed?.refusal) return refuse(request.raw, reply.raw, passed.refusal)
    },
    fetch: async (request, host, next) => {
      const { refusal, release } = await ask(request.method, host ?? request)
      if (refusal) return fetchResponse(refusal, request.method, () => undefined)
      try {
        return await next?.()
      } finally {
        release()
      }
    },
    nest: nestGuard(ask),
  }
}
