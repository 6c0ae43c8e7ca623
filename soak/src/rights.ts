import { readFileSync, writeFileSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import type { AccessPolicy } from '@piecework/core'

/** What jobs are made by, and go on by. */
const limited: ReadonlySet<string> = new Set(['export', 'clone-from', 'import', 'deliver'])

/** The policy of all processes: the principal that the file names may do none of it. */
export const policyOf = (file: string): AccessPolicy => ({
  allows: async ({ id }, action) => !limited.has(action) || id !== refusedIn(file),
})

/** Takes the right away, for all processes; the function gives it back. */
export function withdrawRight(file: string, principal: string): () => Promise<void> {
  writeFileSync(file, principal)
  return () => rm(file, { force: true })
}

function refusedIn(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return undefined
  }
}
