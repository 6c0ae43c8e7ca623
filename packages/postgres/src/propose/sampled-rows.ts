import type { Queryable } from '@piecework/core/piece'
import { quoteIdent } from '../database/quote-ident.js'
import { defaults } from '../defaults.js'
import { firstValues } from '../table-piece/facts/ids-in-values.js'
import { onlyTable, tableName } from '../table-piece/joins.js'
import type { Below } from './proposal.js'

/** What is read of rows for a proposal. */
export function sampledRows(
  db: Queryable,
): Pick<Below, 'someKeys' | 'someRows' | 'differentRows' | 'someValues'> {
  const known = new Map<string, readonly string[]>()
  return {
    someKeys: async (table, column) => {
      const sql = `SELECT ${quoteIdent(column)}::text AS key FROM ${tableName(table)} LIMIT ${defaults.sampledKeys}`
      const keys = known.get(sql) ?? (await db.query<{ key: string }>(sql)).rows.map(({ key }) => key)
      known.set(sql, keys)
      return keys
    },
    someRows: async (table, columns) => {
      const texts = columns.map((column) => `${quoteIdent(column)}::text`)
      const { rows } = await db.query<{ parts: (string | null)[] }>(
        `SELECT ARRAY[${texts.join(', ')}] AS parts FROM ${tableName(table)} ORDER BY 1 LIMIT ${defaults.proposedTypes}`,
      )
      return rows.flatMap(({ parts }) => (parts.includes(null) ? [] : [parts as string[]]))
    },
    differentRows: async (table, columns) => {
      const texts = columns.map((column) => `${quoteIdent(column)}::text`)
      const short = texts.map((text) => `length(${text}) <= ${defaults.shortValueCharacters}`)
      const { rows } = await db.query<{ parts: string[] }>(
        `SELECT DISTINCT s.parts FROM (SELECT ARRAY[${texts.join(', ')}] AS parts FROM ${onlyTable(table)}
           WHERE ${short.join(' AND ')} LIMIT ${defaults.proposedTypes}) s ORDER BY s.parts`,
      )
      return rows.map(({ parts }) => parts)
    },
    someValues: async (table, column) =>
      (await db.query<{ v: string }>(firstValues(table, column))).rows.map(({ v }) => v),
  }
}
