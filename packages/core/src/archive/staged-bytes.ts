import { createHash, type Hash } from 'node:crypto'
import type { ArtifactStore, ByteRange } from '../contracts/artifacts.js'
import type { StagedEntry } from '../contracts/nodes.js'
import { inflated } from './inflated.js'
import { differs, verifyBytes } from './verify-bytes.js'

/** What the piece wrote, compared with its size and checksums. */
export function stagedBytes(artifacts: ArtifactStore, staged: StagedEntry): AsyncIterable<Uint8Array> {
  const { path, artifact, stored } = staged
  const bytes = artifacts.open(artifact)
  return verifyBytes(path, stored ? bytes : inflated(path, bytes, staged), staged)
}

/**
 * Ranges of what is stored as it is, each compared with its length. Those that follow each other from the first byte to
 * the last are compared with the checksum, too.
 */
export function storedRanges(
  artifacts: ArtifactStore,
  { path, artifact, size, sha256 }: StagedEntry,
): (range: ByteRange) => AsyncGenerator<Uint8Array> {
  let run: { at: number; readonly hash: Hash } | undefined
  return async function* ({ start, end }) {
    if (start === 0) run = { at: 0, hash: createHash('sha256') }
    const own = run
    let at = start
    for await (const chunk of artifacts.open(artifact, { start, end })) {
      if (at + chunk.length > end)
        throw differs(path, `has more than the bytes ${start} to ${end} in that range`)
      if (own?.at === at) {
        own.hash.update(chunk)
        own.at += chunk.length
      }
      at += chunk.length
      yield chunk
    }
    if (at < end) throw differs(path, `has ${at - start} of its bytes ${start} to ${end}`)
    if (own === run && own?.at === size && end === size) {
      run = undefined
      if (own.hash.digest('hex') !== sha256)
        throw differs(path, 'is not the one that was written: its sha256 has changed')
    }
  }
}
