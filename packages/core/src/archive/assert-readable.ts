import type { StagedEntry } from '../contracts/nodes.js'
import { type ArchiveLimits, assertRatio, assertWithin } from './limits.js'

/**
 * Throws `archive-limit` for an archive that a reader with these limits would refuse: before it is written,
 * and by what is too much. The entries themselves were held to them when they were staged.
 */
export function assertReadable(
  manifest: Uint8Array,
  entries: readonly { readonly path: string; readonly staged: StagedEntry }[],
  limits: ArchiveLimits,
): void {
  assertWithin('The number of entries', entries.length, limits.entries)
  assertWithin('The size of manifest.json', manifest.length, limits.manifestBytes)
  const total = { inflated: manifest.length, deflated: manifest.length }
  for (const { path, staged } of entries) {
    assertWithin(`The length of the path "${path}"`, Buffer.byteLength(path), limits.pathLength)
    const sizes = { inflated: staged.size, deflated: staged.deflatedSize }
    assertRatio(`entry "${path}"`, sizes, limits.entryRatio, limits.ratioFreeBytes)
    total.inflated += sizes.inflated
    total.deflated += sizes.deflated
  }
  assertWithin('The size of all entries', total.inflated, limits.totalBytes)
  assertRatio('the archive', total, limits.totalRatio, limits.ratioFreeBytes)
  assertWithin('The size of the archive', total.deflated, limits.archiveBytes)
}
