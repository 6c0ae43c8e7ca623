import { PieceworkError } from '../contracts/errors.js'
import type { Format, InputNode } from '../contracts/format.js'
import type { ArchiveLimits } from './limits.js'
import { openArchive } from './reader.js'
import { artifactSource } from './source.js'

/** Reads an import's input from a Piecework archive: the one upload `archive`. */
export function archiveFormat(limits: Partial<ArchiveLimits> = {}): Format {
  return {
    name: 'archive',
    pieces: [],
    open: async ({ uploads, artifacts }) => {
      const upload = uploads.find((one) => one.role === 'archive')
      if (!upload) throw new PieceworkError('input-incomplete', 'The archive itself was not given.')
      const archive = await openArchive(await artifactSource(artifacts, upload.artifact), limits)
      // What is export-only is for people: it is neither imported nor missed.
      const nodes: InputNode[] = archive.manifest.pieces
        .filter((piece) => !piece.exportOnly)
        .map(({ resource, name, version }) => ({
          resource,
          piece: name,
          version,
          entries: archive.entries({ resource, name }),
        }))
      return { tree: archive.manifest.tree, nodes, findings: [], close: () => archive.close() }
    },
  }
}
