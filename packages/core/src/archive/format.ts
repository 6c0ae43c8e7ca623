import { PieceworkError } from '../contracts/errors.js'
import type { Format, InputNode } from '../contracts/format.js'
import { defaultLimits } from '../defaults.js'
import type { ArchiveLimits } from './limits.js'
import { openArchive } from './reader.js'
import { artifactSource } from './source.js'
import { assertTrusted, createTrust, type Trust, trustFindings } from './trust.js'

/**
 * Reads an import's input from a Piecework archive: the one upload `archive`. What the policy does not trust
 * is refused or reported each time that it is opened: by the request and by every attempt.
 */
export function archiveFormat(limits: Partial<ArchiveLimits> = {}, trust: Trust = createTrust()): Format {
  return {
    name: 'archive',
    roles: { archive: { required: true, maxBytes: limits.archiveBytes ?? defaultLimits.archiveBytes } },
    pieces: [],
    open: async ({ uploads, artifacts }) => {
      const upload = uploads.find((one) => one.role === 'archive')
      if (!upload) throw new PieceworkError('input-incomplete', 'The archive itself was not given.')
      const archive = await openArchive(await artifactSource(artifacts, upload.artifact), limits, {
        check: (...signed) => {
          const signature = trust.check(...signed)
          assertTrusted(trust, signature)
          return signature
        },
      })
      // What is export-only is for people: it is neither imported nor missed.
      const nodes: InputNode[] = archive.manifest.pieces
        .filter((piece) => !piece.exportOnly)
        .map(({ resource, name, version }) => ({
          resource,
          piece: name,
          version,
          entries: archive.entries({ resource, name }),
        }))
      return {
        tree: archive.manifest.tree,
        nodes,
        exportOnly: archive.manifest.pieces.filter((piece) => piece.exportOnly).map(({ name }) => name),
        findings: [...trustFindings(trust, archive.signature), ...archive.findings],
        close: () => archive.close(),
      }
    },
  }
}
