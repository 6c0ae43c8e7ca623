import type { Output } from '../contracts/output.js'
import type { Piece } from '../contracts/piece.js'
import { nameDefaults } from '../defaults.js'
import { meant } from '../options/meant.js'

/** What could not work later of the outputs of packs. */
export function* outputProblems(
  outputs: Iterable<Output>,
  pieces: ReadonlyMap<string, Piece>,
): Iterable<string> {
  for (const { name, mediaType, pieces: read = [] } of outputs) {
    // It is a part of keys in the artifact store.
    if (!/^[a-z0-9][a-z0-9-]*\/[a-z0-9][a-z0-9-]*$/.test(name) || name.length > nameDefaults.nameCharacters)
      yield `Output "${name}" needs a name like "pack/output", of ${nameDefaults.nameCharacters} characters at most.`
    if (!/^[\w.+-]+\/[\w.+-]+(?:; ?[\w-]+=[\w."-]+)*$/.test(mediaType))
      yield `Output "${name}" needs a media type like "image/tiff".`
    for (const piece of read) {
      if (!pieces.has(piece))
        yield `Output "${name}" reads the piece "${piece}"${meant(piece, pieces.keys())}`
      else if (!pieces.get(piece)?.exporter)
        yield `Output "${name}" reads the piece "${piece}", which has no exporter.`
    }
  }
}
