import type { CsvRow, Piece, Upgrade } from '@piecework/core/piece'
import { stickers } from './stickers.js'

/** Version 1 called a sticker's label its text. */
const textBecameLabel: Upgrade = (entries) => ({
  ...entries,
  rows: async function* (path) {
    for await (const batch of entries.rows(path)) {
      yield batch.map(({ text = null, ...row }): CsvRow => ({ ...row, label: text }))
    }
  },
})

export const stickersVersion2: Piece = { ...stickers, version: 2, upgrades: { 1: textBecameLabel } }
