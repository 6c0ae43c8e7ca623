import type { ServerResponse } from 'node:http'
import type { Passed } from './passes.js'

/**
 * Gives the resource back when the answer has been sent or the client has left. Undefined: it has left while the guard
 * was asked, and nothing is held.
 */
export async function untilClosed(
  res: ServerResponse,
  ask: () => Promise<Passed>,
): Promise<Passed | undefined> {
  let isClosed = res.destroyed
  let passed: Passed | undefined
  res.once('close', () => {
    isClosed = true
    passed?.release()
  })
  passed = await ask()
  if (!isClosed) return passed
  passed.release()
  return undefined
}
