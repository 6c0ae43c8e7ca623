import type { ArtifactStore, ByteRange } from '../contracts/artifacts.js'
import type { Entries } from '../contracts/entries.js'
import { PieceworkError } from '../contracts/errors.js'
import type { StagedEntry } from '../contracts/nodes.js'
import { type EntryFile, entriesOf, entryFacts } from './entries.js'
import { joinedParts } from './joined-parts.js'
import { inflated, verifyBytes } from './verify-bytes.js'

/**
 * Staged entries, also by ranges of their inflated bytes; each inflates all that comes before its end. `parts`: if the piece
 * was exported in parts; a table is then read whole.
 */
export function rangedEntries(
  artifacts: ArtifactStore,
  entries: readonly StagedEntry[],
  parts: number | undefined,
): Entries {
  const files = entries.map((staged): EntryFile => {
    const open = () => inflated(staged.path, artifacts.open(staged.artifact))
    return {
      path: staged.path,
      facts: entryFacts(staged),
      open: (range) => (range ? part(staged, open(), range) : verifyBytes(staged.path, open(), staged)),
    }
  })
  return entriesOf(parts === undefined ? files : joinedParts(files))
}

async function* part(
  { path, size }: StagedEntry,
  bytes: AsyncIterable<Uint8Array>,
  { start, end }: ByteRange,
): AsyncGenerator<Uint8Array> {
  if (!(start >= 0 && start <= end && end <= size))
    throw new PieceworkError(
      'options-invalid',
      `Bytes ${start} to ${end} are not inside the ${size} of "${path}".`,
    )
  let at = 0
  if (start === end) return
  for await (const chunk of bytes) {
    const from = Math.max(0, start - at)
    const to = Math.min(chunk.length, end - at)
    if (from < to) yield chunk.subarray(from, to)
    at += chunk.length
    if (at >= end) return
  }
  throw new PieceworkError('archive-checksum', `Entry "${path}" has ${at} of its ${size} bytes`, {
    facts: { entry: path },
  })
}
