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
  stable: StableKey,
  once: boolean,
): (keys: readonly string[]) => Promise<readonly string[]> {
  const checked = new Set<string>()
  return async (keys) => {
    const unchecked = [...new Set(keys)].filter((key) => !checked.has(key))
    for (const key of unchecked) if (checked.size < defaults.cachedKeys) checked.add(key)
    const valid = unchecked.filter((key) => isValid(key, stable))
    const invalid = unchecked.filter((key) => !isValid(key, stable))
    if (valid.length === 0) return invalid
    const { rows: missing } = await db.query<{ key: string }>(
      `SELECT u.key FROM unnest($1::text[]) WITH ORDINALITY AS u(key, n)
       WHERE (SELECT count(*) FROM (SELECT FROM ${rows} AND ${sameKey(stable)} LIMIT 2) AS found) ${once ? '<> 1' : '= 0'} ORDER BY u.n`,
      [valid],
    )
    return [...missing.map(({ key }) => key), ...invalid]
  }
}

/** SQL condition: the row has the key `u.key`, of several columns as a JSON array. */
const sameKey = ({ columns }: StableKey): string =>
  columns
    .map(({ name, base }, at) => {
      const part = columns.length === 1 ? 'u.key' : `(u.key::jsonb ->> ${at})`
      return isWhole(base) ? `${quoteIdent(name)} = ${part}::bigint` : `${quoteIdent(name)}::text = ${part}`
    })
    .join(' AND ')

const isWhole = (base: string): boolean => /^int[248]$/.test(base)

/** Whether the database can compare the key: it may come from a file. */
function isValid(key: string, { columns }: StableKey): boolean {
  const parts = columns.length === 1 ? [key] : stableParts(key)
  return (
    parts?.length === columns.length &&
    parts.every((part, at) =>
      isWhole(columns[at]?.base ?? '') ? /^-?\d{1,18}$/.test(part) : !part.includes('\0'),
    )
  )
}

/** Undefined if the key is no JSON array of texts. */
function stableParts(key: string): readonly string[] | undefined {
  try {
    const parts: unknown = JSON.parse(key)
    return Array.isArray(parts) && parts.every((part) => typeof part === 'string') ? parts : undefined
  } catch {
    return undefined
  }
}
