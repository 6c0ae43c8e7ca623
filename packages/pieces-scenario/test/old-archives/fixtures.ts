import { readdir } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import type { Piece } from '@piecework/core/piece'
import { planningProject } from '@piecework/pieces-project'
import { planningScenario } from '@piecework/pieces-scenario'

/**
 * Beside the sources of the tests: `1.project.zip`, `1.scenario.zip` and what the first must become,
 * `1.json`.
 */
export const fixtures = fileURLToPath(new URL('../../../test/fixtures/', import.meta.url))

/** Pieces whose entries are imported. */
export const carriedPieces: readonly Piece[] = [planningProject(), planningScenario()].flatMap(
  ({ pieces = [] }) => pieces.filter(({ exportOnly }) => !exportOnly),
)

/** Numbers of the fixtures, in the order in which they were made. */
export async function fixtureNumbers(): Promise<readonly number[]> {
  const names = await readdir(fixtures)
  return names
    .flatMap((name) => /^(\d+)\.project\.zip$/.exec(name)?.[1] ?? [])
    .map(Number)
    .sort((a, b) => a - b)
}

/** `project/features 1` */
export const release = ({ name, version }: { readonly name: string; readonly version: number }): string =>
  `${name} ${version}`
