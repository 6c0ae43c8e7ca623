import { type ArtifactStore, artifactSource, openArchive } from '@piecework/core'
import type { ExactRows } from './exact-rows.js'

/** Every row of every entry of an archive, with piece, entry and column names. */
export async function archiveRows(artifacts: ArtifactStore, key: string): Promise<ExactRows> {
  const archive = await openArchive(await artifactSource(artifacts, key))
  const found: string[] = []
  try {
    for (const { resource, name } of archive.manifest.pieces) {
      const entries = archive.entries({ resource, name })
      for (const path of entries.paths) {
        for await (const batch of entries.rows(path)) {
          for (const row of batch)
            found.push(`${resource.kind} ${resource.id} ${name} ${path} ${JSON.stringify(row)}`)
        }
      }
    }
  } finally {
    await archive.close()
  }
  return found.sort()
}
