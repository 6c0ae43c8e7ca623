import { type ArtifactStore, createPiecework, type Database, memoryStore } from '@piecework/core'
import type { Piece } from '@piecework/core/piece'
import { inProcess } from '@piecework/runtime-inprocess'
import { notebookKind } from '../../src/writing-a-piece/notebook-kind.js'

/** A host with these pieces, started; the caller stops it. */
export async function notebookHost(database: Database, artifacts: ArtifactStore, pieces: readonly Piece[]) {
  const piecework = createPiecework({
    packs: [{ name: 'notebooks', kinds: [notebookKind], pieces }],
    store: memoryStore({ database }),
    artifacts,
    runtime: inProcess(),
  })
  await piecework.start()
  return piecework
}
