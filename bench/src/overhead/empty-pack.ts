import type { Pack, ResourceKind, ResourceRef } from '@piecework/core'
import type { Piece } from '@piecework/core/piece'

/** Pieces of each box. */
const piecesPerBox = 100

/** A shelf of so many boxes that its export has this many nodes, each of which does nothing. */
export const shelfOf = (nodes: number): ResourceRef => ({
  kind: 'shelf',
  id: String(Math.ceil(nodes / piecesPerBox)),
})

const shelf: ResourceKind = {
  kind: 'shelf',
  table: 'shelves',
  key: 'nanoid',
  describe: async ({ id }) => ({ name: `${id} boxes` }),
}

const box: ResourceKind = {
  kind: 'box',
  parent: 'shelf',
  table: 'boxes',
  key: 'nanoid',
  parentOf: async ({ id }) => ({ kind: 'shelf', id: id.split('.')[0] ?? '' }),
  listUnder: async ({ id }) =>
    Array.from({ length: Number(id) }, (_, index) => ({ kind: 'box', id: `${id}.${index}` })),
  describe: async ({ id }) => ({ name: `box ${id}` }),
}

const pieces = Array.from(
  { length: piecesPerBox },
  (_, index): Piece => ({
    contract: 1,
    name: `empty/piece-${index}`,
    of: 'box',
    version: 1,
    exportOnly: true,
    exporter: { export: async () => ({ rows: 0 }) },
  }),
)

export const emptyPack: Pack = { name: 'empty', kinds: [shelf, box], pieces }
