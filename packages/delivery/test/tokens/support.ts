import assert from 'node:assert/strict'
import { generateKeyPairSync, randomBytes } from 'node:crypto'
import { isPieceworkError, memoryStore, type PieceworkError, type Principal } from '@piecework/core'
import { systemEnvironment } from '@piecework/core/store'
import { type ScopedTokensOptions, scopedTokens, type TokenScope } from '@piecework/delivery'

export const secret = randomBytes(32)
export const pair = generateKeyPairSync('ed25519')
export const path = '/api/v1/organizations/o/projects/london-2/'
export const scope: TokenScope = { GET: [path] }
export const ann: Principal = { id: 'ann' }

/** Tokens whose clock stands still unless it is set. */
export function sampleTokens(changes: Partial<ScopedTokensOptions> = {}) {
  const store = memoryStore()
  const clock = { now: Date.UTC(2026, 1, 3, 4, 5, 6, 789) }
  const users = new Map<string, Principal | false>([['ann', ann]])
  const options: ScopedTokensOptions = {
    store,
    keys: [{ id: 'k1', secret }],
    user: async (id) => users.get(id),
    environment: { ...systemEnvironment, now: () => clock.now },
    ...changes,
  }
  const tokens = scopedTokens(options)
  const use = (token: string, method = 'GET', url = path) =>
    tokens.authenticate({ authorization: `ScopedToken ${token}`, method, url })
  return { store: options.store, clock, users, tokens, options, use }
}

export async function refusal(work: Promise<unknown>): Promise<PieceworkError> {
  try {
    await work
  } catch (error) {
    if (isPieceworkError(error)) return error
    throw error
  }
  return assert.fail('it was not refused')
}
