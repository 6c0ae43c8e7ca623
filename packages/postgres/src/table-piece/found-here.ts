import { PieceworkError } from '@piecework/core/piece'
import { quoteIdent } from '../database/quote-ident.js'
import { defaults } from '../defaults.js'
import type { FindContext } from './spec.js'
import type { StableKey, Target } from './table-plan.js'
import { type ConditionIds, conditionSql, referencedTable } from './target-rows.js'

type Asking = FindContext & ConditionIds

/** SQL of rows whose key is given as a text, among those that the reference may lead to. */
const rowsHere = (target: Target, stable: StableKey, within: ConditionIds): string =>
  `(SELECT q.${quoteIdent(target.key)} AS k FROM (SELECT * FROM ${referencedTable(target)} WHERE ${conditionSql(stable.where, within)}) q)`

/** Resolves to rows that the host takes for stable keys which none has: the key of each, as a text. */
async function asked(
  { find }: StableKey,
  keys: readonly string[],
  { tx, principal, jobId }: FindContext,
): Promise<ReadonlyMap<string, string>> {
  if (find === undefined || keys.length === 0) return new Map()
  if (typeof find !== 'function')
    return new Map(keys.flatMap((key) => (Object.hasOwn(find, key) ? [[key, find[key] ?? '']] : [])))
  const found: unknown = await find(keys, { tx, principal, jobId })
  const isMap = found instanceof Map
  const wrong = isMap && [...found].some(([key, row]) => typeof row !== 'string' || !keys.includes(key))
  if (isMap && !wrong) return found
  throw new PieceworkError(
    'registry-invalid',
    '"find" of a shared reference must resolve to a Map of given stable keys to keys of rows, as texts.',
  )
}

/** Those of the stable keys for which the host names no row that is here. */
export async function notFound(
  target: Target,
  stable: StableKey,
  keys: readonly string[],
  context: Asking,
): Promise<readonly string[]> {
  const found = await asked(stable, keys, context)
  if (found.size === 0) return keys
  const { rows } = await context.tx.query<{ given: string }>(
    `SELECT u.given FROM unnest($1::text[], $2::text[]) AS u(given, named)
     WHERE EXISTS (SELECT FROM ${rowsHere(target, stable, context)} r WHERE r.k::text = u.named)`,
    [[...found.keys()], [...found.values()]],
  )
  const here = new Set(rows.map(({ given }) => given))
  return keys.filter((key) => !here.has(key))
}

/**
 * Adds to a lookup what the host finds for stable keys that none of its rows has. `missing`: SQL of a relation with
 * these keys as the column `given`, of which some may come twice.
 */
export async function addFound(
  target: Target,
  stable: StableKey,
  lookup: string,
  missing: string,
  context: Asking,
): Promise<void> {
  const [column] = stable.columns
  if (stable.find === undefined || !column) return
  for (let last: string | undefined; ; ) {
    const { rows } = await context.tx.query<{ given: string }>(
      `SELECT DISTINCT m.given COLLATE "C" AS given FROM (${missing}) m
       WHERE $1::text IS NULL OR m.given COLLATE "C" > $1 ORDER BY 1 LIMIT ${defaults.askedKeys}`,
      [last ?? null],
    )
    const keys = rows.map(({ given }) => given)
    const found = await asked(stable, keys, context)
    // Once for texts that the column takes for equal: a row must not join two.
    if (found.size > 0)
      await context.tx.query(
        `INSERT INTO ${lookup} (s0, s, k, n)
         SELECT DISTINCT ON (u.given::${column.type}) u.given::${column.type}, u.given, r.k, 1
         FROM unnest($1::text[], $2::text[]) AS u(given, named)
         JOIN ${rowsHere(target, stable, context)} r ON r.k::text = u.named
         WHERE NOT EXISTS (SELECT FROM ${lookup} l WHERE l.s0 = u.given::${column.type})
         ORDER BY u.given::${column.type}, u.given COLLATE "C"`,
        [[...found.keys()], [...found.values()]],
      )
    last = keys.at(-1)
    if (last === undefined || keys.length < defaults.askedKeys) return
  }
}
