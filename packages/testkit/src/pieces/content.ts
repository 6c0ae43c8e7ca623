import assert from 'node:assert/strict'
import type { Finding, Queryable } from '@piecework/core/store'
import { findingsText } from '../findings-text.js'
import type { Sample } from './piece-laws-options.js'

const uuid = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g

/** The content with its ids numbered by first appearance: copies that differ in ids only are equal. */
function withoutIds(content: unknown, sample: Sample): unknown {
  const numbers = new Map<string, string>()
  return replaceIds(content, sample, (id) => {
    const known = numbers.get(id) ?? `id ${numbers.size}`
    numbers.set(id, known)
    return known
  })
}

/** The content with all ids replaced that are not shared; those of named members with their table before them. */
function replaceIds(
  content: unknown,
  { shared = [], ids = {} }: Sample,
  replace: (id: string) => string,
): unknown {
  const kept = new Set(shared)
  const unlessKept = (id: string, named: string): string => (kept.has(id) ? id : replace(named))
  const uuids = JSON.stringify(content).replace(uuid, (id) => unlessKept(id, id))
  return JSON.parse(uuids, (member, value: unknown) => {
    if (!Object.hasOwn(ids, member)) return value
    const one = (id: unknown): unknown =>
      typeof id === 'number' || typeof id === 'string' ? unlessKept(String(id), `${ids[member]} ${id}`) : id
    return Array.isArray(value) ? value.map(one) : one(value)
  })
}

/** Fails, with what the copy has told, unless only ids differ. */
export function assertEqualContent(
  copy: unknown,
  source: unknown,
  sample: Sample,
  findings: readonly Omit<Finding, 'piece'>[],
): void {
  try {
    assert.deepEqual(withoutIds(copy, sample), withoutIds(source, sample))
  } catch (error) {
    if (error instanceof Error && findings.length > 0)
      error.message += `\nIt was told:${findingsText(findings)}`
    throw error
  }
}

/** Ids that occur in the content and are not shared. */
export function ownIds(content: unknown, sample: Sample): ReadonlySet<string> {
  const ids = new Set<string>()
  replaceIds(content, sample, (id) => {
    ids.add(id)
    return id
  })
  return ids
}

/** Number of rows and a hash of them for every table of the database. */
export async function allTables(db: Queryable): Promise<Readonly<Record<string, string>>> {
  const tables = await db.query<{ name: string }>(`
    SELECT format('%I.%I', n.nspname, c.relname) AS name
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relkind = 'r' AND n.nspname !~ '^(pg_|information_schema)'
    ORDER BY 1`)
  const all: Record<string, string> = {}
  // One statement for many: hosts have hundreds, and each law asks for all of them more than once.
  for (let from = 0; from < tables.rows.length; from += tablesAtOnce) {
    const states = tables.rows
      .slice(from, from + tablesAtOnce)
      .map(
        ({ name }, at) =>
          `SELECT ${from + at} AS at, count(*) || ' rows, ' || coalesce(sum(hashtextextended(t::text, 0)), 0) AS state FROM ${name} t`,
      )
    const { rows } = await db.query<{ at: number; state: string }>(states.join(' UNION ALL '))
    for (const { at, state } of rows) all[tables.rows[at]?.name ?? ''] = state
  }
  return all
}

const tablesAtOnce = 50
