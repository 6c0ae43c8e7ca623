import type { ArtifactStore } from '../contracts/artifacts.js'
import type { Store } from '../contracts/store.js'
import { pageSizes } from '../defaults.js'
import { uploadArtifact } from '../uploads/receive-parts.js'

/** Removes uploads whose time is over, with their bytes unless these are a file of their job. */
export async function sweepUploads(
  { store, artifacts }: { readonly store: Store; readonly artifacts: ArtifactStore },
  signal: AbortSignal,
): Promise<void> {
  for (;;) {
    const expired = await store.uploads.expired(pageSizes.retention)
    for (const upload of expired) {
      signal.throwIfAborted()
      if (!upload.finishedAt) await artifacts.delete(uploadArtifact(upload))
      await store.uploads.remove(upload.id)
    }
    if (expired.length < pageSizes.retention) return
  }
}
