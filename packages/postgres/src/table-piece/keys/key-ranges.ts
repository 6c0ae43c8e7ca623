import type { KeyRange, Queryable } from '@piecework/core/piece'
import { newNumbers } from './draw-numbers.js'
import { oldNumbers } from './old-numbers.js'

const ranges = 'pg_temp.piecework_key_ranges'
const pageSize = 10_000

/** The smallest of `oldNumbers` with the smallest of `newNumbers`, and so on, as ranges in pages. */
export async function* keyRanges(tx: Queryable): AsyncGenerator<readonly KeyRange[]> {
  const whole = await oneRange(tx)
  if (whole) {
    yield [whole]
    return
  }
  await tx.query(`DROP TABLE IF EXISTS ${ranges}`)
  await tx.query(
    `CREATE TEMPORARY TABLE piecework_key_ranges ON COMMIT DROP AS
     SELECT min(p.old_k) AS old_k, min(p.new_k) AS new_k, count(*) AS length
     FROM (SELECT q.old_k, q.new_k, sum(q.breaks) OVER (ORDER BY q.old_k) AS run
       FROM (SELECT o.k AS old_k, n.k AS new_k,
           CASE WHEN o.k = lag(o.k) OVER (ORDER BY o.k) + 1 AND n.k = lag(n.k) OVER (ORDER BY o.k) + 1 THEN 0 ELSE 1 END AS breaks
         FROM (SELECT k, row_number() OVER (ORDER BY k) AS r FROM ${oldNumbers}) o
         JOIN (SELECT k, row_number() OVER (ORDER BY k) AS r FROM ${newNumbers}) n USING (r)) q) p
     GROUP BY p.run`,
  )
  await tx.query(`CREATE INDEX ON ${ranges} (old_k)`)
  let page: readonly KeyRange[] = []
  do {
    page = await readPage(tx, page.at(-1)?.oldFrom)
    if (page.length > 0) yield page
  } while (page.length === pageSize)
}

/** If neither has a gap. Nothing is sorted then, which is most of the work. */
async function oneRange(tx: Queryable): Promise<KeyRange | undefined> {
  const facts = async (table: string) => {
    const { rows } = await tx.query<{ from: string; to: string; count: string }>(
      `SELECT min(k)::text AS from, max(k)::text AS to, count(*)::text AS count FROM ${table}`,
    )
    return {
      from: BigInt(rows[0]?.from ?? '0'),
      to: BigInt(rows[0]?.to ?? '0'),
      count: Number(rows[0]?.count),
    }
  }
  const [old, drawn] = [await facts(oldNumbers), await facts(newNumbers)]
  const isWhole = ({ from, to, count }: typeof old): boolean => to - from + 1n === BigInt(count)
  if (!isWhole(old) || !isWhole(drawn)) return undefined
  return { oldFrom: old.from, newFrom: drawn.from, length: old.count }
}

async function readPage(tx: Queryable, after: bigint | undefined): Promise<readonly KeyRange[]> {
  const { rows } = await tx.query<{ old: string; new: string; length: string }>(
    `SELECT r.old_k::text AS old, r.new_k::text AS new, r.length::text AS length FROM ${ranges} r
     WHERE $1::bigint IS NULL OR r.old_k > $1::bigint ORDER BY r.old_k LIMIT ${pageSize}`,
    [after === undefined ? null : String(after)],
  )
  return rows.map((row) => ({
    oldFrom: BigInt(row.old),
    newFrom: BigInt(row.new),
    length: Number(row.length),
  }))
}
