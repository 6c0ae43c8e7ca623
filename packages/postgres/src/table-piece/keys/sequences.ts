import type { Queryable } from '@piecework/core/piece'
import { isSameTable, type TableName } from '../table-name.js'

/** A sequence of the host's, as the catalogue has it. */
export interface Sequence {
  readonly oid: string
  /** As SQL, quoted and qualified. */
  readonly name: string
  /** As a declaration names it: `public.items_id_seq`. */
  readonly text: string
  readonly increment: bigint
  readonly most: bigint
  readonly cycles: boolean
  /** Numbers that a session takes at once. */
  readonly cache: bigint
  /** This role may draw numbers. */
  readonly usable: boolean
}

/** Sequences of tables, and those that declarations name. */
export interface Sequences {
  /** The one that a column takes its values from; undefined if it is none, or more than one. */
  of(table: TableName, column: string): Sequence | undefined
  /** The one of that name, or schema and name. */
  named(text: string): Sequence | undefined
  /** Columns of the table that take their values from a sequence. */
  columns(table: TableName): readonly { readonly name: string; readonly inKey: boolean }[]
}

/** `names`: of sequences, or schema and name. */
export async function readSequences(
  db: Queryable,
  tables: readonly TableName[],
  names: readonly string[],
): Promise<Sequences> {
  const { rows } = await db.query<Row>(query, [
    tables.map(({ schema }) => schema),
    tables.map(({ name }) => name),
    names,
    names.flatMap(endings),
  ])
  const byColumn = new Map<string, Sequence[]>()
  const byName = new Map<string, Sequence>()
  for (const row of rows) {
    const sequence = sequenceOf(row)
    if (row.table === null || row.column === null) {
      if (row.visible || !byName.has(row.short)) byName.set(row.short, sequence)
      byName.set(row.text, sequence)
      continue
    }
    const key = JSON.stringify([row.schema, row.table, row.column])
    byColumn.set(key, [...(byColumn.get(key) ?? []), sequence])
  }
  return {
    of: (table, column) => {
      const found = byColumn.get(JSON.stringify([table.schema, table.name, column])) ?? []
      return found.length === 1 ? found[0] : undefined
    },
    named: (text) => byName.get(text),
    columns: (table) =>
      rows.flatMap((row) =>
        row.column && isSameTable({ schema: row.schema ?? '', name: row.table ?? '' }, table)
          ? [{ name: row.column, inKey: row.inKey }]
          : [],
      ),
  }
}

/** What the sequence's own name may be in `schema.name`: both names may have points. */
const endings = (text: string): readonly string[] =>
  text.split('.').map((_, at, parts) => parts.slice(at).join('.'))

interface Row {
  readonly schema: string | null
  readonly table: string | null
  readonly column: string | null
  /** Is of the primary key. */
  readonly inKey: boolean
  readonly oid: string
  readonly name: string
  readonly text: string
  readonly short: string
  readonly visible: boolean
  readonly increment: string
  readonly most: string
  readonly cycles: boolean
  readonly cache: string
  readonly usable: boolean
}

const sequenceOf = ({ oid, name, text, increment, most, cycles, cache, usable }: Row): Sequence => ({
  oid,
  name,
  text,
  increment: BigInt(increment),
  most: BigInt(most),
  cycles,
  cache: BigInt(cache),
  usable,
})

// Tables first, then one look for each of their columns: one join of all catalogues takes twice as long, most of it to be planned.
const query = `
WITH wanted AS MATERIALIZED (
  SELECT n.nspname, c.relname, c.oid
  FROM unnest($1::text[], $2::text[]) w(schema, name)
  JOIN pg_catalog.pg_namespace n ON n.nspname = w.schema
  JOIN pg_catalog.pg_class c ON c.relnamespace = n.oid AND c.relname = w.name
), used AS MATERIALIZED (
  SELECT DISTINCT w.nspname AS schema, w.relname AS table, a.attname AS column, d.oid, w.oid AS relid, a.attnum
  FROM wanted w
  JOIN pg_catalog.pg_attribute a ON a.attrelid = w.oid AND NOT a.attisdropped
    AND (a.attidentity <> '' OR (a.atthasdef AND a.attgenerated = ''))
  CROSS JOIN LATERAL (
    SELECT i.objid AS oid FROM pg_catalog.pg_depend i
    WHERE a.attidentity <> '' AND i.refobjid = w.oid AND i.refobjsubid = a.attnum AND i.deptype = 'i'
      AND i.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass AND i.classid = 'pg_catalog.pg_class'::pg_catalog.regclass
    UNION ALL
    SELECT o.refobjid FROM pg_catalog.pg_attrdef f JOIN pg_catalog.pg_depend o ON o.objid = f.oid
    WHERE f.adrelid = w.oid AND f.adnum = a.attnum
      AND o.classid = 'pg_catalog.pg_attrdef'::pg_catalog.regclass AND o.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass
  ) AS d
  UNION ALL
  SELECT NULL, NULL, NULL, s.oid, NULL, NULL
  FROM pg_catalog.pg_class s JOIN pg_catalog.pg_namespace n ON n.oid = s.relnamespace
  WHERE s.relkind = 'S' AND s.relname = ANY ($4::text[])
    AND (s.relname = ANY ($3::text[]) OR n.nspname || '.' || s.relname = ANY ($3::text[]))
)
SELECT u.schema, u.table, u.column, s.oid::text AS oid, pg_catalog.format('%I.%I', n.nspname, s.relname) AS name,
  n.nspname || '.' || s.relname AS text, s.relname AS short, pg_catalog.pg_table_is_visible(s.oid) AS visible,
  q.seqincrement::text AS increment, q.seqmax::text AS most, q.seqcycle AS cycles, q.seqcache::text AS cache,
  pg_catalog.has_sequence_privilege(s.oid, 'USAGE') OR pg_catalog.has_sequence_privilege(s.oid, 'UPDATE') AS usable,
  EXISTS (
    SELECT FROM pg_catalog.pg_index i
    WHERE i.indrelid = u.relid AND i.indisprimary AND u.attnum = ANY (i.indkey::pg_catalog.int2[])
  ) AS "inKey"
FROM used u
JOIN pg_catalog.pg_class s ON s.oid = u.oid AND s.relkind = 'S'
JOIN pg_catalog.pg_sequence q ON q.seqrelid = s.oid
JOIN pg_catalog.pg_namespace n ON n.oid = s.relnamespace
ORDER BY s.oid, u.relid, u.attnum`
