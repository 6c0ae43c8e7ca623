import { type Database, jobIds } from '@piecework/core'
import { quoteIdent, uuidExpression } from '@piecework/postgres'

export interface TableComparison {
  readonly table: string
  readonly rows: number
  /** Rows of one side that the other has not. */
  readonly differences: number
}

/** Two projects, and the jobs that made the second of the first: each gave every row a new id. */
export interface Pair {
  readonly from: string
  readonly to: string
  readonly jobs: readonly string[]
}

/** What the caller chose anew for each project, and when that was. */
const differsByDesign: Readonly<Record<string, readonly string[]>> = {
  projects: ['name', 'created_at', 'updated_at'],
}

/** Tables whose ids stand inside JSON documents. */
const idsInside: Readonly<Record<string, string>> = {
  geoprocessing: 'features',
  protected_area_ids: 'protected_areas',
  raw: 'features',
}

interface Column {
  readonly table: string
  readonly column: string
  readonly type: string
  /** Table whose ids it holds. */
  readonly refers: string | null
}

/**
 * Compares two projects row by row, in the database: all tables of the schema that lead to a project, every column, ids by the
 * id function. Knows nothing of pieces: only the catalogue.
 */
export async function compareProjects(db: Database, pair: Pair): Promise<readonly TableComparison[]> {
  const columns = await readColumns(db)
  const compared: TableComparison[] = []
  for (const table of new Set(columns.map((column) => column.table))) {
    const owned = ownedBy(table, columns, '$1::uuid')
    if (owned === undefined) continue
    const own = columns.filter((one) => one.table === table && !differsByDesign[table]?.includes(one.column))
    const from = `SELECT ${own.map((one) => mapped(one, pair.jobs)).join(', ')} FROM ${name(table)} WHERE ${owned}`
    const to = `SELECT ${own.map((one) => mapped(one, [])).join(', ')} FROM ${name(table)} WHERE ${owned.replaceAll('$1', '$2')}`
    const { rows } = await db.query<{ rows: string; differences: string }>(
      `WITH a AS MATERIALIZED (${from}), b AS MATERIALIZED (${to})
       SELECT (SELECT count(*) FROM b) AS rows,
         (SELECT count(*) FROM (TABLE a EXCEPT ALL TABLE b) x) + (SELECT count(*) FROM (TABLE b EXCEPT ALL TABLE a) x) AS differences`,
      [pair.from, pair.to],
    )
    compared.push({ table, rows: Number(rows[0]?.rows), differences: Number(rows[0]?.differences) })
  }
  return compared
}

async function readColumns(db: Database): Promise<readonly Column[]> {
  const { rows } = await db.query<Column>(`
    SELECT c.relname::text AS "table", a.attname::text AS "column", format_type(a.atttypid, NULL) AS type,
      CASE WHEN a.attname = 'id' THEN c.relname::text ELSE
        (SELECT f.confrelid::regclass::oid::regclass::text FROM pg_constraint f
          WHERE f.conrelid = c.oid AND f.contype = 'f' AND f.conkey = ARRAY[a.attnum] LIMIT 1) END AS refers
    FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
    WHERE c.relnamespace = 'planning'::regnamespace AND c.relkind = 'r' AND a.attnum > 0 AND NOT a.attisdropped
      AND a.attgenerated = ''
    ORDER BY c.relname, a.attnum`)
  return rows.map((row) => ({ ...row, refers: row.refers?.replace(/^planning\./, '') ?? null }))
}

/** SQL condition for the rows of a table that belong to a project; undefined where none can. */
function ownedBy(
  table: string,
  columns: readonly Column[],
  project: string,
  seen: readonly string[] = [],
): string | undefined {
  if (table === 'projects') return `id = ${project}`
  const links = columns.filter(
    (one) => one.table === table && one.column !== 'id' && one.refers && !seen.includes(one.refers),
  )
  const ways = links.flatMap(({ column, refers }) => {
    if (refers === 'projects') return [`${quoteIdent(column)} = ${project}`]
    const above = ownedBy(refers ?? '', columns, project, [...seen, table])
    return above === undefined
      ? []
      : [`${quoteIdent(column)} IN (SELECT id FROM ${name(refers ?? '')} WHERE ${above})`]
  })
  // The shortest way: a table's own column before one of a table that it refers to.
  return ways.sort((a, b) => a.length - b.length)[0]
}

function mapped({ column, type, refers }: Column, jobs: readonly string[]): string {
  const plain = quoteIdent(column)
  const newId = (table: string, old: string) =>
    jobs.reduce((id, job) => uuidExpression(jobIds(job).key(table), id), old)
  if (refers) return newId(refers, plain)
  if (type === 'geometry') return `ST_AsEWKB(${plain})`
  const inside = idsInside[column]
  if (!inside || type !== 'jsonb') return plain
  const uuid = '[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}'
  return `(SELECT string_agg(part[1] || coalesce(${newId(inside, "nullif(part[2], '')")}::text, ''), '' ORDER BY n)
    FROM regexp_matches(${plain}::text, '(.*?)(${uuid}|$)', 'g') WITH ORDINALITY AS found(part, n))`
}

function name(table: string): string {
  return `planning.${quoteIdent(table)}`
}
