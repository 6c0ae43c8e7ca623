import type { NewFinding } from '../contracts/finding.js'
import { nearLimitShare } from '../defaults.js'
import type { ArchiveLimits } from './limits.js'
import type { Manifest } from './manifest-contract.js'
import { each, type Steps } from './steps.js'
import type { ZipRecord } from './zip-record.js'

export interface ReadArchive {
  readonly archiveBytes: number
  readonly manifestBytes: number
  readonly manifest: Manifest
  readonly directory: ReadonlyMap<string, Pick<ZipRecord, 'size' | 'sizeInZip'>>
}

/**
 * Warns of limits of which the archive takes nearly all: what an import makes of it may be a little larger when it is
 * exported (a number in another spelling, a longer name), and that export is refused.
 */
export function* nearLimits(read: ReadArchive, limits: ArchiveLimits): Steps<readonly NewFinding[]> {
  const taken = yield* takenOf(read, limits)
  return Object.entries(taken).flatMap(([name, value]): NewFinding[] => {
    const limit = limits[name as keyof typeof taken]
    if (value < limit * nearLimitShare) return []
    const share = Math.floor((value / limit) * 100)
    return [
      {
        severity: 'warning',
        code: 'core/near-limit',
        message: `The archive takes ${share} % of "${name}" (${value} of ${limit}): if what is imported grows, it cannot be exported here.`,
        hint: `Raise limits.${name}.`,
      },
    ]
  })
}

type Taken = Omit<Record<keyof ArchiveLimits, number>, 'ratioFreeBytes' | 'pathLength'>

function* takenOf(
  { archiveBytes, manifestBytes, manifest, directory }: ReadArchive,
  { ratioFreeBytes }: ArchiveLimits,
): Steps<Taken> {
  let [entryBytes, totalBytes, deflated, entryRatio, recordBytes] = [0, 0, 0, 0, 0]
  const ratioOf = (inflated: number, small: number): number =>
    inflated <= ratioFreeBytes ? 0 : Math.ceil(inflated / Math.max(1, small))
  yield* each(directory.values(), ({ size, sizeInZip }) => {
    entryBytes = Math.max(entryBytes, size)
    totalBytes += size
    deflated += sizeInZip
    entryRatio = Math.max(entryRatio, ratioOf(size, sizeInZip))
  })
  let entries = 0
  for (const piece of manifest.pieces)
    yield* each(piece.entries, (entry) => {
      entries += 1
      recordBytes = Math.max(recordBytes, entry.recordBytes ?? 0)
    })
  const totalRatio = ratioOf(totalBytes, deflated)
  return { archiveBytes, entries, manifestBytes, entryBytes, totalBytes, entryRatio, totalRatio, recordBytes }
}
