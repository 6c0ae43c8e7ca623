import type { Database } from '@piecework/core'
import {
  check,
  checkOptions,
  jobIds,
  type KeyForm,
  keyFormCheck,
  type OptionChecks,
  required,
} from '@piecework/core/piece'
import { idExpression, quoteIdent, uuidExpression } from '@piecework/postgres'

export interface TableComparison {
  readonly table: string
  readonly rows: number
  /** Rows of one side that the other has not. */
  readonly differences: number
}

/** Two resources, and the jobs that made the second of the first: each gave every row a new id. */
export interface Comparison {
  readonly schema: string
  /** Table of the resource's own row, with the key `id`. */
  readonly root: string
  readonly from: string
  readonly to: string
  readonly jobs: readonly string[]
  /** By table: columns that the caller chose anew. */
  readonly differing?: Readonly<Record<string, readonly string[]>>
  /** By column: the table whose ids stand inside its JSON documents. */
  readonly idsInside?: Readonly<Record<string, string>>
  /** By table: the form of its keys, where they are no uuids. */
  readonly keys?: Readonly<Record<string, KeyForm>>
}

interface Column {
  readonly table: string
  readonly column: string
  readonly type: string
  /** Table whose ids it holds. */
  readonly refers: string | null
}

const comparisonChecks: OptionChecks<Comparison> = {
  schema: required(check.text),
  root: required(check.text),
  from: required(check.text),
  to: required(check.text),
  jobs: required(check.list(check.text)),
  differing: check.record(check.list(check.text)),
  idsInside: check.record(check.text),
  keys: check.record(keyFormCheck),
}

/**
 * Compares two resources row by row, in the database: all tables of the schema that lead to the root by foreign keys, every column,
 * ids by the id function. Knows nothing of pieces: only the catalogue.
 */
export async function compareResources(
  db: Database,
  comparison: Comparison,
): Promise<readonly TableComparison[]> {
  checkOptions('compareResources()', comparison, comparisonChecks)
  const { schema, differing, jobs } = comparison
  const columns = await readColumns(db, schema)
  const compared: TableComparison[] = []
  for (const table of new Set(columns.map((column) => column.table))) {
    const owned = ownedBy(
      comparison,
      table,
      columns,
      comparison.keys?.[comparison.root] ? '$1::text' : '$1::uuid',
    )
    if (owned === undefined) continue
    const own = columns.filter((one) => one.table === table && !differing?.[table]?.includes(one.column))
    const values = (through: readonly string[]) =>
      own.map((one) => mapped(one, through, comparison)).join(', ')
    const from = `SELECT ${values(jobs)} FROM ${name(schema, table)} WHERE ${owned}`
    const to = `SELECT ${values([])} FROM ${name(schema, table)} WHERE ${owned.replaceAll('$1', '$2')}`
    const { rows } = await db.query<{ rows: string; differences: string }>(
      `WITH a AS MATERIALIZED (${from}), b AS MATERIALIZED (${to})
       SELECT (SELECT count(*) FROM b) AS rows,
         (SELECT count(*) FROM (TABLE a EXCEPT ALL TABLE b) x) + (SELECT count(*) FROM (TABLE b EXCEPT ALL TABLE a) x) AS differences`,
      [comparison.from, comparison.to],
    )
    compared.push({ table, rows: Number(rows[0]?.rows), differences: Number(rows[0]?.differences) })
  }
  return compared
}

async function readColumns(db: Database, schema: string): Promise<readonly Column[]> {
  const { rows } = await db.query<Column>(
    `SELECT c.relname::text AS "table", a.attname::text AS "column", format_type(a.atttypid, NULL) AS type,
       CASE WHEN a.attname = 'id' THEN c.relname::text ELSE
         (SELECT r.relname::text FROM pg_constraint f JOIN pg_class r ON r.oid = f.confrelid
           WHERE f.conrelid = c.oid AND f.contype = 'f' AND f.conkey = ARRAY[a.attnum] LIMIT 1) END AS refers
     FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
     WHERE c.relnamespace = $1::text::regnamespace AND c.relkind = 'r' AND a.attnum > 0 AND NOT a.attisdropped
       AND a.attgenerated = ''
     ORDER BY c.relname, a.attnum`,
    [quoteIdent(schema)],
  )
  return rows
}

/** SQL condition for the rows of a table that belong to the resource; undefined where none can. */
function ownedBy(
  { schema, root }: Pick<Comparison, 'schema' | 'root'>,
  table: string,
  columns: readonly Column[],
  resource: string,
  seen: readonly string[] = [],
): string | undefined {
  if (table === root) return `id = ${resource}`
  const links = columns.filter(
    (one) => one.table === table && one.column !== 'id' && one.refers && !seen.includes(one.refers),
  )
  const ways = links.flatMap(({ column, refers }) => {
    if (refers === root) return [`${quoteIdent(column)} = ${resource}`]
    const above = ownedBy({ schema, root }, refers ?? '', columns, resource, [...seen, table])
    return above === undefined
      ? []
      : [`${quoteIdent(column)} IN (SELECT id FROM ${name(schema, refers ?? '')} WHERE ${above})`]
  })
  // The shortest way: a table's own column before one of a table that it refers to.
  return ways.sort((a, b) => a.length - b.length)[0]
}

function mapped(
  { column, type, refers }: Column,
  jobs: readonly string[],
  { idsInside, keys }: Pick<Comparison, 'idsInside' | 'keys'>,
): string {
  const plain = quoteIdent(column)
  const newId = (table: string, old: string) =>
    jobs.reduce((id, job) => {
      const form = keys?.[table]
      if (!form) return uuidExpression(jobIds(job).key(table), id)
      return idExpression(jobIds(job, { forms: new Map([[table, form]]) }), table, id)
    }, old)
  if (refers) return newId(refers, plain)
  if (type === 'geometry') return `ST_AsEWKB(${plain})`
  const inside = idsInside?.[column]
  if (!inside || type !== 'jsonb') return plain
  const uuid = '[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}'
  return `(SELECT string_agg(part[1] || coalesce(${newId(inside, "nullif(part[2], '')")}::text, ''), '' ORDER BY n)
    FROM regexp_matches(${plain}::text, '(.*?)(${uuid}|$)', 'g') WITH ORDINALITY AS found(part, n))`
}

function name(schema: string, table: string): string {
  return `${quoteIdent(schema)}.${quoteIdent(table)}`
}
