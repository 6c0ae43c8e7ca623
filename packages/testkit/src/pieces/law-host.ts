import {
  createPiecework,
  memoryArtifacts,
  memoryStore,
  type Piecework,
  type ResourceKind,
} from '@piecework/core'
import type { Piece } from '@piecework/core/piece'
import type { Database, ResourceRef } from '@piecework/core/store'
import { oneAtATime } from '../one-at-a-time.js'
import type { PieceLawsOptions } from './piece-laws-options.js'

/** A host of the piece's kind, with the piece and those before it, whose jobs are kept in memory. */
export async function withLawHost<T>(
  laws: PieceLawsOptions,
  database: Database,
  use: (piecework: Piecework) => Promise<T>,
): Promise<T> {
  const pieces = [...(laws.before ?? []), laws.piece]
  const names = new Set(pieces.map(({ name }) => name))
  const known = (piece: Piece): Piece => ({
    ...piece,
    after: piece.after?.filter((one) => names.has(one)) ?? [],
  })
  const piecework = createPiecework({
    packs: [{ name: 'laws', kinds: kindsOf(laws.kind), pieces: pieces.map(known) }],
    store: memoryStore({ database }),
    artifacts: memoryArtifacts(),
    runtime: oneAtATime(),
  })
  piecework.events.on('error', () => {})
  await piecework.start()
  try {
    return await use(piecework)
  } finally {
    await piecework.stop()
  }
}

/** What holds the resource is there, whatever it is, and whatever its id is. */
function kindsOf(kind: ResourceKind): readonly ResourceKind[] {
  if (kind.parent === undefined) return [kind]
  const parent: ResourceKind = {
    kind: kind.parent,
    table: `table of ${kind.parent}`,
    key: 'nanoid',
    describe: async () => ({ name: '' }),
  }
  return [kind, parent]
}

/** Removes what a job has made as core does it when a job fails. */
export async function removeResource(
  laws: PieceLawsOptions,
  database: Database,
  resource: ResourceRef,
): Promise<void> {
  await database.transaction((tx) => removeIn(laws, resource, tx))
}

/** The rows of all pieces, those that come later first, then the resource. */
export async function removeIn(
  { piece, before = [], kind }: PieceLawsOptions,
  resource: ResourceRef,
  tx: Parameters<Parameters<Database['transaction']>[0]>[0],
): Promise<void> {
  const context = { resources: [resource], table: kind.table, tablesAbove: [], tx, finding: () => {} }
  for (const { remover } of [...before, piece].reverse()) await remover?.remove(context)
  await kind.shell?.remove(resource, tx)
}
