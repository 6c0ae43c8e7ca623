import assert from 'node:assert/strict'
import type { Database, Entries } from '@piecework/core/piece'
import { openGrid } from '@piecework/marxan-files'
import { fromPg } from '@piecework/postgres'
import { scratchDatabase } from '@piecework/test-support'
import pg from 'pg'

export interface ScratchPostgis {
  readonly database: Database
  stop(): Promise<void>
}

export async function scratchPostgis(): Promise<ScratchPostgis> {
  const scratch = await scratchDatabase()
  const pool = new pg.Pool({ connectionString: scratch.url, max: 2 })
  return {
    database: fromPg(pool),
    stop: async () => {
      await pool.end()
      await scratch.drop()
    },
  }
}

/** Hexadecimal EWKB of all units. */
export async function geometriesOf(entries: Entries): Promise<readonly string[]> {
  const grid = await openGrid(entries)
  const found: string[] = []
  for await (const batch of grid.features())
    for (const { geometry } of batch)
      found.push('ewkb' in geometry ? geometry.ewkb : assert.fail(geometry.problem))
  return found
}
