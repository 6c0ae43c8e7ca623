import assert from 'node:assert/strict'
import { type Entries, isPieceworkError, type PieceworkError } from '@piecework/core/piece'
import { openGrid } from '@piecework/marxan-files'

/** Opens the grid and reads all of it; resolves to the error that this must end with. */
export async function refusal(
  entries: Entries,
  code: string,
  options: Parameters<typeof openGrid>[1] = {},
): Promise<PieceworkError> {
  try {
    const grid = await openGrid(entries, options)
    for await (const _ of grid.features());
  } catch (error) {
    assert.ok(isPieceworkError(error), String(error))
    assert.equal(error.code, code, error.message)
    return error
  }
  return assert.fail(`Nothing was refused; ${code} was expected`)
}
