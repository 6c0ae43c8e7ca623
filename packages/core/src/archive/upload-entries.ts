import type { ArtifactStore } from '../contracts/artifacts.js'
import type { Entries } from '../contracts/entries.js'
import { PieceworkError } from '../contracts/errors.js'
import type { Upload } from '../contracts/upload.js'
import { type EntryFile, entriesOf } from './entries.js'
import { readOnce } from './read-once.js'

/** Uploaded files by role; those that are missing have no byte. Throws `artifact-not-found` for one that is gone. */
export async function uploadEntries(
  uploads: readonly Upload[],
  artifacts: ArtifactStore,
  missing: readonly string[] = [],
): Promise<Entries> {
  const files = uploads.map(async ({ role, artifact, fileName, metadata }): Promise<EntryFile> => {
    const stat = await artifacts.stat(artifact)
    if (!stat) throw new PieceworkError('artifact-not-found', `The upload "${fileName}" (${role}) is gone`)
    return readOnce({
      path: role,
      facts: { size: stat.size, ...(metadata && { metadata }) },
      open: (range) => artifacts.open(artifact, range),
    })
  })
  const absent = missing.map((path): EntryFile => ({ path, facts: { size: 0 }, async *open() {} }))
  return entriesOf([...(await Promise.all(files)), ...absent])
}
