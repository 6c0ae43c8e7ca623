import { type PieceVerifier, PieceworkError } from '@piecework/core/piece'
import { checkDeferred, withShells } from '../shell-row.js'
import type { TablePieceSpec } from '../spec.js'
import type { TablePlan } from '../table-plan.js'
import { tablesIn } from '../tables-in.js'
import type { TableSummary } from './summarize.js'
import { bucketsSql, everyKey, identityOf } from './summary-sql.js'

type Context = Parameters<PieceVerifier['compare']>[1]

/** Tells what became of the piece's rows since `summary`; throws `counts-differ` if some are gone. */
export async function compareSummary<Options>(
  piece: TablePieceSpec<Options>,
  summary: string,
  context: Context,
): Promise<void> {
  const { tx, resource } = context
  const plans = await withShells(tx, await tablesIn(tx, piece), resource)
  await checkDeferred(tx)
  for (const table of JSON.parse(summary) as readonly TableSummary[]) {
    const plan = plans.find(({ entry }) => entry === table.entry)
    if (plan) await compareTable(plan, table, context)
  }
}

async function compareTable(plan: TablePlan, summary: TableSummary, context: Context): Promise<void> {
  const found = await differences(plan, summary, context)
  // Rows without a key are what they hold: one that was changed is another one.
  const changed = identityOf(plan).length > 0 ? found.changed : Math.min(found.gone, found.added)
  const [gone, added] =
    identityOf(plan).length > 0 ? [found.gone, found.added] : [found.gone - changed, found.added - changed]
  const counted = (count: number): string =>
    `${summary.mask === everyKey ? '' : 'At least '}${count} ${count === 1 ? 'row' : 'rows'} of table "${plan.table.name}"`
  if (gone > 0) {
    throw new PieceworkError(
      'counts-differ',
      `${counted(gone)} were removed after they had been written${by}.`,
      {
        facts: { table: plan.table.name, count: gone },
      },
    )
  }
  const about = { severity: 'warning' as const, file: plan.entry }
  if (changed > 0) {
    const names = added === 0 ? found.columns : []
    const [only, ...others] = names
    context.finding({
      ...about,
      code: 'table/rows-changed',
      ...(only !== undefined && others.length === 0 && { column: only }),
      count: changed,
      message: `${counted(changed)} were changed after they had been written${names.length > 0 ? ` (${names.map((name) => `"${name}"`).join(', ')})` : ''}${by}.`,
    })
  }
  if (added > 0) {
    context.finding({
      ...about,
      code: 'table/rows-added',
      count: added,
      message: `${counted(added)} were added to those that had been written${by}.`,
    })
  }
}

const by = ': by triggers or rules, or by what the host or another piece does'

interface Differences {
  readonly gone: number
  readonly added: number
  readonly changed: number
  /** Whose values differ, if no row was added or removed. */
  readonly columns: readonly string[]
}

async function differences(
  plan: TablePlan,
  { columns, sums, mask, buckets }: TableSummary,
  { tx, resource }: Context,
): Promise<Differences> {
  const now = columns.map((_, at) => `(SELECT sum(s${at})::text FROM c)`)
  const { rows } = await tx.query<{ found: string }>(
    `WITH w AS (
       SELECT (e ->> 0)::bigint AS b, (e ->> 1)::bigint AS n, (e ->> 2)::numeric AS k, (e ->> 3)::numeric AS r
       FROM jsonb_array_elements($1::jsonb) e
     ), c AS MATERIALIZED (${bucketsSql({ plan, columns }, resource.id, `'${BigInt(mask)}'::bigint`)}),
     d AS (SELECT coalesce(w.n, 0) AS before, coalesce(c.n, 0) AS now, w.k IS DISTINCT FROM c.k AS other, w.r IS DISTINCT FROM c.r AS differs
       FROM w FULL JOIN c USING (b))
     SELECT json_build_object(
       'gone', coalesce(sum(CASE WHEN before > now THEN before - now WHEN before = now AND other THEN 1 END), 0),
       'added', coalesce(sum(CASE WHEN before < now THEN now - before WHEN before = now AND other THEN 1 END), 0),
       'changed', count(*) FILTER (WHERE before = now AND NOT other AND differs),
       'sums', ARRAY[${now.join(', ')}]::text[])::text AS found FROM d`,
    [JSON.stringify(buckets)],
  )
  const found = JSON.parse(rows[0]?.found ?? '{}') as {
    gone: number
    added: number
    changed: number
    sums: readonly (string | null)[]
  }
  return { ...found, columns: columns.filter((_, at) => found.sums[at] !== sums[at]) }
}
