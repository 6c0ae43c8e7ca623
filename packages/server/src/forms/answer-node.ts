import type { Match } from '../http/router.js'
import type { App } from './app.js'
import { type NodeParts, nodeRequest } from './node-request.js'
import { sendNode } from './send-node.js'

/** Answers over Node's own request and response; never throws. */
export async function answerNode(app: App, match: Match, parts: NodeParts): Promise<void> {
  try {
    await sendNode(parts.req, parts.res, await app.answer(match, nodeRequest(parts)))
  } catch (error) {
    // The answer had begun: that it ends early is all that can be said.
    app.onError(error)
    parts.res.destroy()
  }
}
