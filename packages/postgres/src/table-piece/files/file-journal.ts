import type { PieceFiles } from '@piecework/core/piece'
import type { TablePieceSpec } from '../spec.js'

/** A file as the journal knows it. */
export const journalText = (table: string, column: string, key: string): string =>
  JSON.stringify([table, column, key])

/** Removes files of the journal from the stores of their columns. */
export const fileRemover = <Options>({ tables }: Pick<TablePieceSpec<Options>, 'tables'>): PieceFiles => ({
  remove: async (files, signal) => {
    for (const text of files) {
      const [name, column, key] = JSON.parse(text) as readonly [string, string, string]
      const { files: columns = {} } = tables.find(({ table }) => table === name) ?? {}
      // Of a column that has none any more nothing is known.
      if (Object.hasOwn(columns, column)) await columns[column]?.store.delete(key, signal)
    }
  },
})
