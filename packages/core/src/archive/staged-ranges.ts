import type { ArtifactStore, ByteRange } from '../contracts/artifacts.js'
import type { Entries } from '../contracts/entries.js'
import { PieceworkError } from '../contracts/errors.js'
import type { StagedEntry } from '../contracts/nodes.js'
import { type EntryFile, entriesOf, entryFacts } from './entries.js'
import { inflated } from './inflated.js'
import { joinedParts } from './joined-parts.js'
import { verifyBytes } from './verify-bytes.js'

/**
 * Staged entries, also by ranges of their inflated bytes; each inflates all that comes before its end. `parts`: if the piece
 * was exported in parts; a range of a table is then of its joined bytes, with one header.
 */
export function rangedEntries(
  artifacts: ArtifactStore,
  entries: readonly StagedEntry[],
  parts: number | undefined,
): Entries {
  const files = entries.map((staged): EntryFile => {
    const { path } = staged
    const open = () => verifyBytes(path, inflated(path, artifacts.open(staged.artifact), staged), staged)
    return { path, facts: entryFacts(staged), open }
  })
  const whole = parts === undefined ? files : joinedParts(files)
  return entriesOf(
    whole.map((file) => ({ ...file, open: (range) => (range ? part(file, range) : file.open()) })),
  )
}

async function* part(
  { path, facts: { size }, open }: EntryFile,
  { start, end }: ByteRange,
): AsyncGenerator<Uint8Array> {
  const outside = (of: number) =>
    new PieceworkError('options-invalid', `Bytes ${start} to ${end} are not inside the ${of} of "${path}".`)
  if (!(start >= 0 && start <= end && end <= size)) throw outside(size)
  let at = 0
  if (start === end) return
  for await (const chunk of open()) {
    const from = Math.max(0, start - at)
    const to = Math.min(chunk.length, end - at)
    if (from < to) yield chunk.subarray(from, to)
    at += chunk.length
    if (at >= end) return
  }
  // The size of a table in parts counts each header.
  throw outside(at)
}
