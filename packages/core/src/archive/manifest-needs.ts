import { PieceworkError } from '../contracts/errors.js'
import type { Manifest } from './manifest-contract.js'

const currentVersion = 2

/** What a manifest may need of its reader beyond version 1. */
export const knownNeeds = ['column-types', 'record-bytes', 'parts', 'part-files'] as const
type Need = (typeof knownNeeds)[number]

export function needsOf({ pieces }: Pick<Manifest, 'pieces'>): readonly Need[] {
  const entries = pieces.flatMap((one) => one.entries)
  const used: Readonly<Record<Need, boolean>> = {
    'column-types': entries.some(({ types }) => types !== undefined),
    'record-bytes': entries.some(({ recordBytes }) => recordBytes !== undefined),
    parts: pieces.some(({ parts }) => parts !== undefined),
    // Beside tables in parts. Where there are none, they are entries as any others.
    'part-files': pieces.some(
      ({ parts, entries: own }) => parts !== undefined && own.some(({ rows }) => rows === undefined),
    ),
  }
  return knownNeeds.filter((need) => used[need])
}

/** A manifest needs what it uses, so that equal content has one spelling. */
export function assertNeeds(manifest: Manifest, needs: readonly string[]): void {
  const used = needsOf(manifest)
  if (used.join() === needs.join()) return
  const message = `manifest.json is not as it should be: it needs ${used.join(', ') || 'nothing'} and says ${needs.join(', ') || 'nothing'}`
  throw new PieceworkError('archive-invalid', message)
}

/** Throws `archive-newer`, naming what this program does not know. */
export function assertKnown(version: number, needs: readonly string[]): void {
  const unknown = needs.filter((need) => !knownNeeds.some((known) => known === need))
  const isLater = version > currentVersion
  if (!isLater && (version === 1 || unknown.length === 0)) return
  const names = unknown
    .slice(0, 10)
    .map((need) => JSON.stringify(need.slice(0, 100)))
    .join(', ')
  const message = isLater
    ? `The archive has format version ${version}${names && ` and needs ${names}`}; this program reads up to version ${currentVersion}`
    : `The archive needs ${names}, which this program does not know`
  throw new PieceworkError('archive-newer', message, {
    facts: { version, supported: currentVersion, ...(unknown.length > 0 && { needs: unknown }) },
  })
}
