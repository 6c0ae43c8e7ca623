import type { Queryable } from '@piecework/core/piece'
import { quoteIdent } from '../database/quote-ident.js'
import { defaults } from '../defaults.js'
import type { StableKey } from './table-plan.js'

/**
 * Resolves to those of the given stable keys that no row of `rows` (a table and a condition) has. A key is
 * returned once.
 *
 * @param once also those that more than one row has
 */
export function missingKeys(
  db: Queryable,
  rows: string,
  { column }: StableKey,
  once: boolean,
): (keys: readonly string[]) => Promise<readonly string[]> {
  const checked = new Set<string>()
  const whole = /^int[248]$/.test(column.base)
  const name = quoteIdent(column.name)
  const same = whole ? `${name} = u.key::bigint` : `${name}::text = u.key`
  const isValid = (key: string): boolean => (whole ? /^-?\d{1,18}$/.test(key) : !key.includes('\0'))
  return async (keys) => {
    const unchecked = [...new Set(keys)].filter((key) => !checked.has(key))
    for (const key of unchecked) if (checked.size < defaults.cachedKeys) checked.add(key)
    const valid = unchecked.filter(isValid)
    const invalid = unchecked.filter((key) => !isValid(key))
    if (valid.length === 0) return invalid
    const { rows: missing } = await db.query<{ key: string }>(
      `SELECT u.key FROM unnest($1::text[]) WITH ORDINALITY AS u(key, n)
       WHERE (SELECT count(*) FROM (SELECT FROM ${rows} AND ${same} LIMIT 2) AS found) ${once ? '<> 1' : '= 0'} ORDER BY u.n`,
      [valid],
    )
    return [...missing.map(({ key }) => key), ...invalid]
  }
}
