import { createHash } from 'node:crypto'
import type { NewFiles } from '../contracts/new-files.js'
import type { PutFile } from '../contracts/put-files.js'
import { keyShape } from '../key-forms.js'
import { keyText } from '../key-text.js'
import type { AttemptContext } from './attempt-context.js'

/** Of one attempt: names differ by the fence, so that what an earlier attempt still puts is never taken for its own. */
export function newFiles({ lease, store }: AttemptContext): NewFiles {
  const { job, node, fence } = lease
  const seed = JSON.stringify([job.id, node.id, fence])
  return {
    nameOf: (oldKey) =>
      keyText(keyShape('uuid'), createHash('sha256').update(`${seed}\n${oldKey}`).digest('hex')),
    announce: (files) => store.putFiles.announce(lease, files),
    withdraw: (files) => store.putFiles.withdraw(lease, files),
  }
}

/** Removes the files that no row of the job will name. What a store does not remove now is left to the sweep. */
export async function removeUnneededFiles({ lease, registry, store, signal }: AttemptContext): Promise<void> {
  const { job } = lease
  const format = job.request.input?.format ?? 'archive'
  const all = job.outcome !== 'succeeded'
  for (let after: string | undefined; ; ) {
    const files = await store.putFiles.unneeded(job.id, { all, ...(after !== undefined && { after }) })
    for (const [name, of] of byPiece(files))
      await registry
        .piece(format, name)
        ?.files?.remove(
          of.map(({ file }) => file),
          signal,
        )
        .catch(() => undefined)
    after = files.at(-1)?.id
    if (after === undefined) return
  }
}

export function byPiece(files: readonly PutFile[]): ReadonlyMap<string, readonly PutFile[]> {
  const pieces = new Map<string, PutFile[]>()
  for (const one of files) {
    const own = pieces.get(one.piece) ?? []
    own.push(one)
    pieces.set(one.piece, own)
  }
  return pieces
}
