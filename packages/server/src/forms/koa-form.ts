import type { IncomingMessage, ServerResponse } from 'node:http'
import { answerNode } from './answer-node.js'
import type { App } from './app.js'
import { nodeMethod, nodeUrl } from './node-request.js'

/** As much of Koa's context as is used. */
export interface KoaContext {
  readonly req: IncomingMessage
  readonly res: ServerResponse
  readonly request: object
}

/** Middleware of Koa; what is not ours goes on to the next. */
export type KoaForm = (context: KoaContext, next: () => Promise<unknown>) => Promise<unknown>

export function koaForm(app: App): KoaForm {
  return async (context, next) => {
    const { req, res } = context
    const match = app.match(nodeUrl(req), nodeMethod(req))
    if (!match) return next()
    const { body } = context.request as { readonly body?: unknown }
    return answerNode(app, match, { req, res, host: context, parsed: body })
  }
}
