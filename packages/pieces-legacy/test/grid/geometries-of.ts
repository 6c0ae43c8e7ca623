import assert from 'node:assert/strict'
import type { Entries } from '@piecework/core/piece'
import { openGrid } from '@piecework/marxan-files'

/** Hexadecimal EWKB of all units. */
export async function geometriesOf(entries: Entries): Promise<readonly string[]> {
  const grid = await openGrid(entries)
  const found: string[] = []
  for await (const batch of grid.features())
    for (const { geometry } of batch)
      found.push('problem' in geometry ? assert.fail(geometry.problem) : geometry.ewkb)
  return found
}
