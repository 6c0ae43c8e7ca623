import { setTimeout as sleep } from 'node:timers/promises'
import { type Database, isPieceworkError, type Transaction } from '@piecework/core/store'
import { defaults } from '../defaults.js'

/**
 * Runs a transaction. If its connection is lost at its COMMIT, how it ended is unknown: `find` looks for what it
 * has made, and must wait for it if it is still being committed. Resolves to what was made or found.
 */
export async function committed<T>(
  database: Database,
  work: (tx: Transaction) => Promise<T>,
  find: (made: T) => Promise<T | undefined>,
): Promise<T> {
  let made: { readonly value: T } | undefined
  try {
    return await database.transaction(async (tx) => {
      const value = await work(tx)
      made = { value }
      return value
    })
  } catch (error) {
    if (!made || !isLost(error)) throw error
    const found = await tried(find, made.value)
    if (found === undefined) throw error
    return found
  }
}

/** The connection, not a statement. */
const isLost = (error: unknown): boolean =>
  isPieceworkError(error, 'database') && /^(?:undefined|08...|57P0[1-3])$/.test(String(error.facts.sqlState))

/** The server may be away for a moment. Undefined if it stays away: then the request fails as it has. */
async function tried<T>(find: (made: T) => Promise<T | undefined>, made: T): Promise<T | undefined> {
  for (let left = defaults.lostCommitTries - 1; ; left--) {
    try {
      return await find(made)
    } catch {
      if (left === 0) return undefined
      await sleep(defaults.lostCommitPauseMs)
    }
  }
}
