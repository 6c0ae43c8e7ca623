import { randomUUID } from 'node:crypto'
import { isPieceworkError } from '@piecework/core'
import { artifactSource, openArchive } from '@piecework/core/archive'
import { jobIds, type Piece } from '@piecework/core/piece'
import type { Albums } from './albums.js'
import { noFiles } from './support.js'

/**
 * Runs the importer of one piece of an archive, without the validation that a job begins with. Resolves to the
 * new album, or to the code and message of the error.
 */
export async function importAlone(host: Albums, artifact: string, piece: Piece): Promise<string> {
  const archive = await openArchive(await artifactSource(host.artifacts, artifact))
  const source = archive.manifest.tree
  const jobId = randomUUID()
  const id = await host.add()
  try {
    await host.db.transaction(
      (tx) =>
        piece.importer?.import({
          jobId,
          resource: { kind: 'album', id },
          source,
          principal: { id: 'ann' },
          options: undefined,
          signal: new AbortController().signal,
          progress: () => {},
          finding: () => {},
          replaced: async () => {},
          files: noFiles,
          carries: () => true,
          ids: jobIds(jobId),
          entries: archive.entries({ resource: source, name: piece.name }),
          tx,
        }) as Promise<unknown>,
    )
    return id
  } catch (error) {
    return isPieceworkError(error) ? `${error.code}: ${error.message}` : String(error)
  } finally {
    await archive.close()
  }
}
