import type { IncomingMessage, ServerResponse } from 'node:http'
import { answerNode } from './answer-node.js'
import type { App } from './app.js'
import { nodeMethod, nodeUrl } from './node-request.js'

/**
 * For Express, Connect and `createServer` of `node:http`. `next` is called for addresses that are not ours; without it
 * they are answered with 404.
 */
export type NodeForm = (req: IncomingMessage, res: ServerResponse, next?: (error?: unknown) => void) => void

export function nodeForm(app: App): NodeForm {
  return (req, res, next) => {
    const match = app.match(nodeUrl(req), nodeMethod(req))
    if (match) {
      void answerNode(app, match, { req, res, host: req, parsed: (req as { readonly body?: unknown }).body })
      return
    }
    if (next) return next()
    res.statusCode = 404
    res.end()
  }
}
