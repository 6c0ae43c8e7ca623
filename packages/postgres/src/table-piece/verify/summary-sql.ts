import { quoteIdent } from '../../database/quote-ident.js'
import { defaults } from '../../defaults.js'
import type { Column } from '../catalogue.js'
import { isUniqueAlone } from '../keys/is-unique-alone.js'
import { resourceRows } from '../row-source.js'
import type { TablePlan } from '../table-plan.js'

/** Of a table with more rows, those whose keys have the same last bits count together. */
const mostBuckets = defaults.summaryBuckets

/** All rows of a table by themselves: as many buckets as there are keys. */
export const everyKey = '-1'

export interface Summarized {
  readonly plan: TablePlan
  /** Columns that are compared. */
  readonly columns: readonly string[]
}

/** What the piece has written, but for values that the shell may have kept. */
export function summarizedColumns({ spec, ownRow, ownerColumn, set, carried }: TablePlan): readonly string[] {
  const owner = ownRow || !ownerColumn ? [] : [ownerColumn]
  return [...owner, ...set.map(({ column }) => column), ...carried]
    .filter(({ name }) => !spec.keepShellValue?.includes(name))
    .map(({ name }) => name)
}

/** Columns that tell a row from all others; none if there are no such columns. */
export const identityOf = ({ key, ownRow, ownerColumn, table }: TablePlan): readonly string[] => {
  const alone = key && isUniqueAlone({ table }, key) ? key : undefined
  const column: Column | undefined = ownRow ? ownerColumn : alone
  return column ? [column.name] : table.primaryKey
}

/** Which bits of a hashed key name its bucket, as SQL of a bigint. */
export function maskSql(plan: TablePlan, id: string): string {
  const { from, where } = resourceRows(plan, id)
  return `(SELECT CASE WHEN count(*) > ${mostBuckets} THEN ${mostBuckets - 1} ELSE ${everyKey} END
    FROM (SELECT FROM ${from} WHERE ${where} LIMIT ${mostBuckets + 1}) few)::bigint`
}

/**
 * SELECT of the resource's rows by bucket `b`: how many there are (`n`), sums of hashed keys (`k`) and rows
 * (`r`), and for each column of its hashed values, so that two rows which swap their values are found
 * (`s0`, `s1` …).
 */
export function bucketsSql({ plan, columns }: Summarized, id: string, mask: string): string {
  const { from, where } = resourceRows(plan, id)
  const identity = identityOf(plan)
  const hashes = columns.map(
    (name, at) => `coalesce(hashtextextended(${text(name)} COLLATE "C", ${at + 1}), ${-at - 1})`,
  )
  const row = columns.length === 0 ? '0' : columns.map((_, at) => `h.c${at}`).join(' # ')
  const key = identity.length === 0 ? row : 'h.k'
  const given = identity.length === 0 ? [] : [`${identitySql(identity)} AS k`]
  const sums = columns.map((_, at) => `sum(${identity.length === 0 ? '' : `${key} # `}h.c${at}) AS s${at}`)
  return `SELECT (${key}) & ${mask} AS b, count(*) AS n, sum(${key}) AS k, sum(${row}) AS r${sums.map((sum) => `, ${sum}`).join('')}
    FROM (SELECT ${[...given, ...hashes.map((hash, at) => `${hash} AS c${at}`)].join(', ')} FROM ${from} WHERE ${where} OFFSET 0) h GROUP BY 1`
}

const text = (name: string): string => `t.${quoteIdent(name)}::text`

const identitySql = (names: readonly string[]): string =>
  `hashtextextended(array_to_json(ARRAY[${names.map(text).join(', ')}])::text COLLATE "C", 0)`
