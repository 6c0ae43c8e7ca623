import type { VerifyContext } from '@piecework/core/piece'
import type { TableFacts } from '../facts/table-facts.js'
import { rangeOf } from '../import-share.js'
import { withShells } from '../shell-row.js'
import type { TablePieceSpec } from '../spec.js'
import { tablesIn } from '../tables-in.js'
import { bucketsSql, maskSql, type Summarized, summarizedColumns } from './summary-sql.js'

/** What one table held when its piece had written it. */
export interface TableSummary {
  readonly entry: string
  readonly columns: readonly string[]
  /** By column. */
  readonly sums: readonly (string | null)[]
  /** As a bigint. */
  readonly mask: string
  /** Bucket, rows, sums of hashed keys and rows. */
  readonly buckets: readonly (readonly [string, string, string, string])[]
}

/**
 * Sums of what the piece's tables hold for the resource, as JSON. Undefined if nothing in the database is known
 * that could change them.
 */
export async function summarizeTables<Options>(
  piece: TablePieceSpec<Options>,
  { tx, resource, part }: VerifyContext,
): Promise<string | undefined> {
  const range = part && rangeOf(part)
  // A table with parts is one that nothing changes.
  if (range?.part !== undefined) return undefined
  const resolved = await withShells(tx, await tablesIn(tx, piece), resource)
  const plans = resolved.filter(
    ({ entry, facts, ownRow }) =>
      (facts.writersNearby || (ownRow && hasUpdateTrigger(facts))) &&
      (range?.entries.includes(entry) ?? true),
  )
  if (plans.length === 0) return undefined
  const tables: TableSummary[] = []
  for (const plan of plans) {
    const summarized: Summarized = { plan, columns: summarizedColumns(plan) }
    const { rows } = await tx.query<{ summary: string }>(summarySql(summarized, resource.id))
    const found = JSON.parse(rows[0]?.summary ?? '{}') as Pick<TableSummary, 'sums' | 'mask' | 'buckets'>
    tables.push({ entry: plan.entry, columns: summarized.columns, ...found })
  }
  return JSON.stringify(tables)
}

/** It runs once more when `shell.ready` updates the row. */
const hasUpdateTrigger = ({ triggers }: TableFacts): boolean => triggers.some(({ update }) => update)

function summarySql(summarized: Summarized, id: string): string {
  const sums = summarized.columns.map((_, at) => `sum(g.s${at})::text`)
  return `WITH m AS MATERIALIZED (SELECT ${maskSql(summarized.plan, id)} AS mask)
    SELECT json_build_object('mask', (SELECT mask::text FROM m), 'sums', ARRAY[${sums.join(', ')}]::text[],
      'buckets', coalesce(json_agg(json_build_array(g.b::text, g.n::text, g.k::text, g.r::text)), '[]'))::text AS summary
    FROM (${bucketsSql(summarized, id, '(SELECT mask FROM m)')}) g`
}
