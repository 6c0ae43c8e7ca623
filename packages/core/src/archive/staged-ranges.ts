import type { ArtifactStore, ByteRange } from '../contracts/artifacts.js'
import type { Entries } from '../contracts/entries.js'
import { PieceworkError } from '../contracts/errors.js'
import type { StagedEntry } from '../contracts/nodes.js'
import { type EntryFile, entriesOf, entryFacts } from './entries.js'
import { joinedParts } from './joined-parts.js'
import { stagedBytes, storedRanges } from './staged-bytes.js'

interface StagedFile extends EntryFile {
  /** Of what is stored as it is. */
  inside?(range: ByteRange): AsyncIterable<Uint8Array>
}

/**
 * Staged entries, also by ranges of the bytes that were written; what is deflated is inflated from its beginning to the end
 * of each. `parts`: if they are tables of a piece that was exported in parts; a range is then of the joined bytes, with one
 * header.
 */
export function rangedEntries(
  artifacts: ArtifactStore,
  entries: readonly StagedEntry[],
  parts?: number,
): Entries {
  const files = entries.map(
    (staged): StagedFile => ({
      path: staged.path,
      facts: entryFacts(staged),
      open: () => stagedBytes(artifacts, staged),
      ...(staged.stored && { inside: storedRanges(artifacts, staged) }),
    }),
  )
  const all: readonly StagedFile[] = parts === undefined ? files : joinedParts(files)
  return entriesOf(
    all.map((file) => ({ ...file, open: (range) => (range ? ranged(file, range) : file.open()) })),
  )
}

async function* ranged(file: StagedFile, range: ByteRange): AsyncGenerator<Uint8Array> {
  const { path, facts } = file
  const { start, end } = range
  const outside = (of: number) =>
    new PieceworkError('options-invalid', `Bytes ${start} to ${end} are not inside the ${of} of "${path}".`)
  if (!(start >= 0 && start <= end && end <= facts.size)) throw outside(facts.size)
  if (start === end) return
  if (file.inside) return yield* file.inside(range)
  let at = 0
  for await (const chunk of file.open()) {
    const from = Math.max(0, start - at)
    const to = Math.min(chunk.length, end - at)
    if (from < to) yield chunk.subarray(from, to)
    at += chunk.length
    if (at >= end) return
  }
  // The size of a table in parts counts each header.
  throw outside(at)
}
