import { readdir } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'

/**
 * Beside the sources of the tests: `1.library.zip`, `1.exhibition.zip` and what the first must become,
 * `1.json`.
 */
export const fixtures = fileURLToPath(new URL('../../../test/fixtures/', import.meta.url))

/** Numbers of the fixtures, in the order in which they were made. */
export async function fixtureNumbers(): Promise<readonly number[]> {
  const names = await readdir(fixtures)
  return names
    .flatMap((name) => /^(\d+)\.library\.zip$/.exec(name)?.[1] ?? [])
    .map(Number)
    .sort((a, b) => a - b)
}
