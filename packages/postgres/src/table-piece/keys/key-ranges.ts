import type { KeyRange, Queryable } from '@piecework/core/piece'
import { defaults } from '../../defaults.js'
import { newRuns } from './draw-numbers.js'
import { oldRuns } from './old-numbers.js'

const ranges = 'pg_temp.piecework_key_ranges'

/**
 * By how much a number is greater than its place never falls, so the greatest before a place is that of the run which it
 * is in.
 */
const rangesSql = `
  SELECT r.at + r.old AS old_k, r.at + r.new AS new_k, lead(r.at, 1, r.total) OVER (ORDER BY r.at) - r.at AS length
  FROM (SELECT min(p.at) AS at, p.old, p.new, (SELECT sum(length)::bigint FROM ${oldRuns}) AS total
    FROM (SELECT b.at, max(b.old) OVER (ORDER BY b.at) AS old, max(b.new) OVER (ORDER BY b.at) AS new
      FROM (SELECT at, first - at AS old, NULL::bigint AS new FROM ${oldRuns}
        UNION ALL SELECT at, NULL, first - at FROM ${newRuns}) b) p
    GROUP BY p.old, p.new) r`

/**
 * The smallest of `oldRuns` with the smallest of `newRuns`, and so on, as ranges in pages. `count`: of the numbers; there
 * are no more ranges than that.
 */
export async function* keyRanges(tx: Queryable, count: number): AsyncGenerator<readonly KeyRange[]> {
  if (count <= defaults.keyRangesPerPage) {
    yield await readPage(tx, `(${rangesSql})`)
    return
  }
  await tx.query(`DROP TABLE IF EXISTS ${ranges}`)
  await tx.query(`CREATE TEMPORARY TABLE piecework_key_ranges ON COMMIT DROP AS ${rangesSql}`)
  await tx.query(`CREATE INDEX ON ${ranges} (old_k)`)
  let page: readonly KeyRange[] = []
  do {
    page = await readPage(tx, ranges, page.at(-1)?.oldFrom)
    if (page.length > 0) yield page
  } while (page.length === defaults.keyRangesPerPage)
}

async function readPage(tx: Queryable, from: string, after?: bigint): Promise<readonly KeyRange[]> {
  const { rows } = await tx.query<{ old: string; new: string; length: string }>(
    `SELECT r.old_k::text AS old, r.new_k::text AS new, r.length::text AS length FROM ${from} r
     WHERE $1::bigint IS NULL OR r.old_k > $1::bigint ORDER BY r.old_k LIMIT ${defaults.keyRangesPerPage}`,
    [after === undefined ? null : String(after)],
  )
  return rows.map((row) => ({
    oldFrom: BigInt(row.old),
    newFrom: BigInt(row.new),
    length: Number(row.length),
  }))
}
