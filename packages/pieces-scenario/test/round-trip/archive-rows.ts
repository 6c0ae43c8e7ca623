import type { ArtifactStore } from '@piecework/core'
import { artifactSource, openArchive } from '@piecework/core/archive'
import type { ExactRows } from './exact-rows.js'

/** `raw.features.name`: names of what a document's ids lead to, once for each spelling of an id. */
const derived = /^\w+\.\w+\.\w+$/

/**
 * Every row of every entry of an archive, with piece, entry and column names, but for what is derived of the
 * rest.
 */
export async function archiveRows(artifacts: ArtifactStore, key: string): Promise<ExactRows> {
  const archive = await openArchive(await artifactSource(artifacts, key))
  const found: string[] = []
  try {
    for (const { resource, name } of archive.manifest.pieces) {
      const entries = archive.entries({ resource, name })
      for (const path of entries.paths) {
        for await (const batch of entries.rows(path)) {
          for (const all of batch) {
            const row = Object.fromEntries(Object.entries(all).filter(([column]) => !derived.test(column)))

            found.push(`${resource.kind} ${resource.id} ${name} ${path} ${JSON.stringify(row)}`)
          }
        }
      }
    }
  } finally {
    await archive.close()
  }
  return found.sort()
}
