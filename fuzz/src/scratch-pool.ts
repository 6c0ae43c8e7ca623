import { scratchDatabase } from '@piecework/test-support'
import pg from 'pg'
import type { Closers } from './closers.js'

/** A pool over a database of its own. */
export async function scratchPool(url: string, max: number, closers: Closers): Promise<pg.Pool> {
  const scratch = await scratchDatabase({ url })
  closers.add(() => scratch.drop())
  const pool = new pg.Pool({ connectionString: scratch.url, max })
  // A server that goes away is told by the statement that misses it.
  pool.on('error', () => {})
  closers.add(() => pool.end())
  return pool
}
