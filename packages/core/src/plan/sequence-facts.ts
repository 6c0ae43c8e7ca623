import type { Queryable } from '../contracts/database.js'
import { PieceworkError } from '../contracts/errors.js'
import { isSequenceForm } from '../key-forms.js'
import type { RegisteredKind } from './registered-kind.js'

/** What the catalogue says of the sequence that a resource kind takes its ids from. */
export interface SequenceFacts {
  /** As SQL, quoted and qualified. */
  readonly name: string
  /** The column with the resources' ids, as SQL. Absent: no such table is found. */
  readonly column?: { readonly table: string; readonly name: string }
  /** Of that column, else of the sequence. */
  readonly least: bigint
  readonly most: bigint
}

/** Undefined for a kind whose ids are drawn from no sequence. Throws `registry-invalid` if there is none. */
export async function sequenceFacts(
  { kind, table, key }: Pick<RegisteredKind, 'kind' | 'table' | 'key'>,
  db: Queryable,
): Promise<SequenceFacts | undefined> {
  if (!isSequenceForm(key)) return undefined
  const { rows } = await db.query<Row>(query, [key.sequence, table])
  const [row] = rows
  if (!row) {
    const message = `Resource kind "${kind}" takes its ids from the sequence ${key.sequence}, which does not exist.`
    throw new PieceworkError('registry-invalid', message, { facts: { kind, sequence: key.sequence } })
  }
  const half = 2n ** (8n * BigInt(row.bytes) - 1n)
  const column = row.table !== null && row.column !== null && { table: row.table, name: row.column }
  return { name: row.name, least: -half, most: half - 1n, ...(column && { column }) }
}

interface Row {
  readonly name: string
  readonly table: string | null
  readonly column: string | null
  readonly bytes: string
}

/** As names of tables are written: with quotes where they have a dot or quotes. */
const written = (name: string): string =>
  `CASE WHEN ${name} ~ '^"|[.]' THEN '"' || pg_catalog.replace(${name}, '"', '""') || '"' ELSE ${name} END`

/** Of several tables of that name, first the one that the sequence fills, then the one that is found by its name. */
const query = `
SELECT pg_catalog.format('%I.%I', sn.nspname, s.relname) AS name, k.table, k.column,
  coalesce(k.bytes, pg_catalog.int2(st.typlen))::text AS bytes
FROM pg_catalog.pg_sequence q
JOIN pg_catalog.pg_class s ON s.oid = q.seqrelid
JOIN pg_catalog.pg_namespace sn ON sn.oid = s.relnamespace
JOIN pg_catalog.pg_type st ON st.oid = q.seqtypid
LEFT JOIN LATERAL (
  SELECT pg_catalog.format('%I.%I', n.nspname, c.relname) AS table, pg_catalog.quote_ident(a.attname) AS column,
    b.typlen AS bytes
  FROM pg_catalog.pg_class c
  JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
  JOIN pg_catalog.pg_index i ON i.indrelid = c.oid AND i.indisprimary AND i.indnkeyatts = 1
  JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attnum = i.indkey[0]
  JOIN pg_catalog.pg_type t ON t.oid = a.atttypid
  JOIN pg_catalog.pg_type b ON b.oid = CASE t.typtype WHEN 'd' THEN t.typbasetype ELSE t.oid END
  WHERE $2::text IN (c.relname, ${written('n.nspname')} || '.' || ${written('c.relname')}) AND c.relkind IN ('r', 'p') AND b.typname IN ('int2', 'int4', 'int8')
  ORDER BY EXISTS (
      SELECT FROM pg_catalog.pg_depend d
      WHERE d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass AND d.objid = s.oid
        AND d.refobjid = c.oid AND d.refobjsubid = a.attnum
    ) DESC,
    EXISTS (
      SELECT FROM pg_catalog.pg_attrdef f
      JOIN pg_catalog.pg_depend d ON d.classid = 'pg_catalog.pg_attrdef'::pg_catalog.regclass AND d.objid = f.oid
      WHERE f.adrelid = c.oid AND f.adnum = a.attnum AND d.refobjid = s.oid
    ) DESC,
    pg_catalog.pg_table_is_visible(c.oid) DESC, n.oid = sn.oid DESC, c.oid
  LIMIT 1
) k ON true
WHERE sn.nspname || '.' || s.relname = $1::text
  OR (s.relname = $1::text AND pg_catalog.pg_table_is_visible(s.oid))
ORDER BY pg_catalog.pg_table_is_visible(s.oid) DESC, s.oid LIMIT 1`
