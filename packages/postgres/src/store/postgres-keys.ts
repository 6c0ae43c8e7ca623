import type { Database, KeyRange, Keys, Queryable } from '@piecework/core/store'
import { textLiteral } from '../database/text-literal.js'

export const postgresKeys = (control: Database): Keys => ({
  add: ({ job, node }, table, ranges, tx) =>
    addRanges(tx, job.id, table, ranges, node.database === undefined ? undefined : node.id),
  ranges: async (job, table, { after, limit }, tx) => {
    const { rows } = await (tx ?? control).query<RangeRow>(
      `SELECT k.old_from::text, k.new_from::text, k.length::text FROM piecework.key_ranges k
       WHERE k.job_id = $1 AND k.table_name = $2 AND ($3::int8 IS NULL OR k.old_from > $3::int8)
       ORDER BY k.old_from LIMIT $4::int`,
      [job, table, after === undefined ? null : String(after), limit],
    )
    return rows.map(rangeOf)
  },
  // Found backwards in the primary key, from the first at or before an old key.
  relation: (job, table) =>
    `(SELECT old_from, new_from, length FROM piecework.key_ranges WHERE job_id = ${textLiteral(job)} AND table_name = ${textLiteral(table)})`,
})

export interface RangeRow {
  readonly old_from: string
  readonly new_from: string
  readonly length: string
}

export const rangeOf = ({ old_from, new_from, length }: RangeRow): KeyRange => ({
  oldFrom: BigInt(old_from),
  newFrom: BigInt(new_from),
  length: Number(length),
})

/** False if an old key lies in two ranges. `node`: that has reserved them in a database beside the store's, which `tx` is of. */
export async function addRanges(
  tx: Queryable,
  job: string,
  table: string,
  ranges: readonly KeyRange[],
  node?: string,
): Promise<boolean> {
  const { rows } = await tx.query<{ overlaps: boolean }>(
    node === undefined ? addSql('') : addSql(', node_id'),
    [job, table, ...columnsOf(ranges), ...(node === undefined ? [] : [node])],
  )
  return rows[0]?.overlaps === false && !(await overlapsOthers(tx, job, table, ranges))
}

/** Old and new keys, and lengths. */
export const columnsOf = (ranges: readonly KeyRange[]): readonly (readonly string[])[] => [
  ranges.map(({ oldFrom }) => String(oldFrom)),
  ranges.map(({ newFrom }) => String(newFrom)),
  ranges.map(({ length }) => String(length)),
]

/** True if one begins where another one does. */
const addSql = (more: '' | ', node_id'): string => `
WITH given AS (
  SELECT * FROM unnest($3::int8[], $4::int8[], $5::int8[]) AS g(old_from, new_from, length)
), added AS (
  INSERT INTO piecework.key_ranges (job_id, table_name, old_from, new_from, length${more})
  SELECT $1, $2, old_from, new_from, length${more && ', $6'} FROM given
  ON CONFLICT DO NOTHING RETURNING 1
)
SELECT (SELECT count(*) FROM added) < (SELECT count(*) FROM given) AS overlaps`

/** Whether the range before or behind one of these reaches into it. */
async function overlapsOthers(
  tx: Queryable,
  job: string,
  table: string,
  ranges: readonly KeyRange[],
): Promise<boolean> {
  const { rows } = await tx.query<{ overlaps: boolean }>(
    `SELECT EXISTS (
       SELECT FROM unnest($3::int8[], $4::int8[]) AS g(old_from, old_to)
       CROSS JOIN LATERAL (
         SELECT k.old_from + k.length - 1 AS old_to FROM piecework.key_ranges k
         WHERE k.job_id = $1 AND k.table_name = $2 AND k.old_from < g.old_from ORDER BY k.old_from DESC LIMIT 1
       ) before WHERE before.old_to >= g.old_from
       UNION ALL
       SELECT FROM unnest($3::int8[], $4::int8[]) AS g(old_from, old_to)
       CROSS JOIN LATERAL (
         SELECT k.old_from FROM piecework.key_ranges k
         WHERE k.job_id = $1 AND k.table_name = $2 AND k.old_from > g.old_from ORDER BY k.old_from LIMIT 1
       ) behind WHERE behind.old_from <= g.old_to
     ) AS overlaps`,
    [
      job,
      table,
      ranges.map(({ oldFrom }) => String(oldFrom)),
      ranges.map(({ oldFrom, length }) => String(oldFrom + BigInt(length) - 1n)),
    ],
  )
  return rows[0]?.overlaps === true
}
