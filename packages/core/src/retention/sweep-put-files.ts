import type { Store } from '../contracts/store.js'
import { engineTimes } from '../defaults.js'
import type { Registry } from '../plan/registry.js'
import { byPiece } from '../tasks/new-files.js'

/**
 * Removes again, a day later, the files of host's stores that jobs did not need: a store may have been away, or a process
 * that had lost its attempt was still putting one.
 */
export async function sweepPutFiles(
  { store, registry }: { readonly store: Store; readonly registry: Registry },
  signal: AbortSignal,
): Promise<void> {
  const ofFormats = [...registry.formats.values()].flatMap(({ pieces }) => pieces)
  const all = new Map([...registry.pieces.values(), ...ofFormats].map((piece) => [piece.name, piece]))
  for (let after: string | undefined; ; ) {
    const files = await store.putFiles.left(engineTimes.abandonedPutMs, after)
    for (const [name, of] of byPiece(files)) {
      signal.throwIfAborted()
      const piece = all.get(name)
      // One that this process does not have: another one may.
      const removed = await piece?.files
        ?.remove(
          of.map(({ file }) => file),
          signal,
        )
        .then(
          () => true,
          () => false,
        )
      if (removed) await store.putFiles.forget(of.map(({ id }) => id))
    }
    after = files.at(-1)?.id
    if (after === undefined) return
  }
}
