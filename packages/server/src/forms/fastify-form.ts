import type { IncomingMessage, ServerResponse } from 'node:http'
import { answerNode } from './answer-node.js'
import type { App } from './app.js'
import { nodeMethod } from './node-request.js'

export interface FastifyRequest {
  readonly raw: IncomingMessage
}

export interface FastifyReply {
  readonly raw: ServerResponse
  hijack(): unknown
  callNotFound(): unknown
  getHeaders(): Readonly<Record<string, number | string | readonly string[] | undefined>>
}

/** As much of Fastify as is used. */
interface FastifyInstance {
  readonly prefix: string
  removeAllContentTypeParsers(): unknown
  addContentTypeParser(
    type: string,
    parser: (request: unknown, payload: unknown, done: (error: Error | null, body?: unknown) => void) => void,
  ): unknown
  route(options: {
    method: string[]
    url: string
    exposeHeadRoute: boolean
    handler: (request: FastifyRequest, reply: FastifyReply) => unknown
  }): unknown
}

/** A plugin of Fastify: concrete routes, in a context of its own. */
export type FastifyForm = (instance: FastifyInstance) => Promise<void>

const methods = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']

export function fastifyForm(app: App): FastifyForm {
  return async (instance) => {
    // Of this context alone: bodies are read by us, as streams.
    instance.removeAllContentTypeParsers()
    instance.addContentTypeParser('*', (_request, _payload, done) => done(null))
    // Registered below its own base path, it does not repeat it.
    const base = instance.prefix === app.basePath ? '' : app.basePath
    for (const { path, methods: own } of app.paths) {
      instance.route({
        method: own ? [...own, 'OPTIONS'] : [...methods],
        url: `${base}/${path}`,
        exposeHeadRoute: false,
        handler: (request, reply) => {
          const match = app.match(request.raw.url ?? '/', nodeMethod(request.raw))
          // Fastify's own idea of an address, such as case, may be wider than ours.
          if (!match) return reply.callNotFound()
          reply.hijack()
          for (const [name, value] of Object.entries(reply.getHeaders()))
            if (value !== undefined) reply.raw.setHeader(name, value)
          return answerNode(app, match, { req: request.raw, res: reply.raw, host: request })
        },
      })
    }
  }
}
