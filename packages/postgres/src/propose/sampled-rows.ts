import type { Queryable } from '@piecework/core/piece'
import { quoteIdent } from '../database/quote-ident.js'
import { defaults } from '../defaults.js'
import { tableName } from '../table-piece/joins.js'
import type { Below } from './proposal.js'

/** What is read of rows for a proposal. */
export const sampledRows = (db: Queryable): Pick<Below, 'someKeys' | 'someRows'> => ({
  someKeys: async (table, column) => {
    const { rows } = await db.query<{ key: string }>(
      `SELECT ${quoteIdent(column)}::text AS key FROM ${tableName(table)} LIMIT ${defaults.sampledKeys}`,
    )
    return rows.map(({ key }) => key)
  },
  someRows: async (table, columns) => {
    const texts = columns.map((column) => `${quoteIdent(column)}::text`)
    const { rows } = await db.query<{ parts: (string | null)[] }>(
      `SELECT ARRAY[${texts.join(', ')}] AS parts FROM ${tableName(table)} ORDER BY 1 LIMIT ${defaults.proposedTypes}`,
    )
    return rows.flatMap(({ parts }) => (parts.includes(null) ? [] : [parts as string[]]))
  },
})
