import type { Pack, ResourceKind, ResourceRef } from '@piecework/core'
import type { Piece } from '@piecework/core/piece'

/** A scroll that is exported in so many parts, each of which is an empty table. */
export const scrollOf = (parts: number): ResourceRef => ({ kind: 'scroll', id: String(parts) })

const scroll: ResourceKind = {
  kind: 'scroll',
  table: 'scrolls',
  key: 'nanoid',
  describe: async ({ id }) => ({ name: `${id} parts` }),
}

const lines: Piece = {
  contract: 1,
  name: 'parted/lines',
  of: 'scroll',
  version: 1,
  exportOnly: true,
  exporter: {
    parts: async ({ resource }) =>
      Array.from({ length: Number(resource.id) }, (_, at) => ({ range: { from: at, to: at + 1 } })),
    export: async ({ write }) => {
      await write('lines.csv', Buffer.from('text\n'), () => 0)
      return { rows: 0 }
    },
  },
}

export const partedPack: Pack = { name: 'parted', kinds: [scroll], pieces: [lines] }
