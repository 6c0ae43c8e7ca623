import assert from 'node:assert/strict'
import { type ErrorCode, isPieceworkError, type PieceworkError } from '@piecework/core/store'

/** The PieceworkError that `action` rejects with; fails when it resolves, or rejects with anything else. */
export async function refuses(
  what: string,
  action: () => Promise<unknown>,
  code?: ErrorCode,
): Promise<PieceworkError> {
  const error = await action().then(
    () => assert.fail(`${what}: was not refused`),
    (reason: unknown) => reason,
  )
  if (error instanceof assert.AssertionError) throw error
  if (!isPieceworkError(error)) {
    assert.fail(`${what}: must be refused with a PieceworkError, not with ${String(error)}`)
  }
  if (code !== undefined) assert.equal(error.code, code, `${what}: refused with ${error.code}`)
  return error
}
