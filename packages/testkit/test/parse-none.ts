import assert from 'node:assert/strict'

/** The schema of destinations that say nothing. */
export function parseNone(input: unknown): unknown {
  assert.deepEqual(input, {})
  return input
}
