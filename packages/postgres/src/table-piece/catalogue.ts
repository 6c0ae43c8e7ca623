import type { Queryable } from '@piecework/core/piece'
import { isSameTable, type TableName } from './table-name.js'

export interface Column {
  readonly name: string
  /** As SQL, with modifiers: `geometry(Polygon,4326)`. */
  readonly type: string
  /** Name of the type below all domains: `uuid`, `int4`, `jsonb`, `_uuid`. */
  readonly base: string
  /** Of an array: the name of its elements' type below all domains. */
  readonly element: string | undefined
  readonly notNull: boolean
  /** Has a value without being given one: by a default or as an identity. */
  readonly hasDefault: boolean
  readonly identity: boolean
  /** Takes its values from a sequence. */
  readonly serial: boolean
  /** GENERATED ALWAYS AS … STORED. */
  readonly generated: boolean
  /** Columns of the expression, if it is generated. */
  readonly madeOf: readonly string[]
  /** Has a collation. */
  readonly collatable: boolean
  /** Texts that differ are not equal. */
  readonly deterministic: boolean
  /** As `type`, of what is below any domain: two columns of one `stored` take the same texts. */
  readonly stored: string
  /** `stored` says it all: neither it nor its elements are composed of other types. */
  readonly simple: boolean
  /** A domain, which may refuse values. */
  readonly domain: boolean
}

/** A key that is unique in the whole table, by columns alone. */
interface UniqueKey {
  readonly columns: readonly string[]
  /** NULLS NOT DISTINCT. */
  readonly nullsEqual: boolean
}

/** A CHECK of a table. */
export interface TableCheck {
  readonly name: string
  readonly columns: readonly string[]
  /** As SQL, its columns unqualified. */
  readonly expression: string
}

export interface ForeignKey {
  readonly columns: readonly string[]
  readonly table: string
  readonly schema: string
  readonly keys: readonly string[]
  /** Checked at the end of the transaction. */
  readonly deferred: boolean
  /**
   * What becomes of the row when the row that it refers to is deleted: it is deleted too, it loses the
   * reference, or nothing certain (mostly, the deletion is refused).
   */
  readonly onDelete: 'cascade' | 'clear' | 'refuse'
}

export interface Table extends TableName {
  readonly columns: ReadonlyMap<string, Column>
  readonly primaryKey: readonly string[]
  readonly foreignKeys: readonly ForeignKey[]
  /** Columns that are unique by themselves. */
  readonly unique: ReadonlySet<string>
  /** A foreign key of another table leads to it. */
  readonly referenced: boolean
  /** Its rows are those of its partitions. */
  readonly partitioned: boolean
  readonly checks: readonly TableCheck[]
  readonly uniqueKeys: readonly UniqueKey[]
  /** Unique indexes without expressions; a partial one is of some rows. */
  readonly indexedKeys: readonly IndexedKey[]
}

interface IndexedKey {
  readonly columns: readonly string[]
  readonly partial: boolean
}

/** Tables by schema and name. */
export class Catalogue {
  readonly tables: readonly Table[]

  constructor(tables: readonly Table[]) {
    this.tables = tables
  }

  get(name: TableName): Table | undefined {
    return this.tables.find((table) => isSameTable(table, name))
  }
}

interface Row {
  schema: string
  name: string
  columns: (Column & { element: string | null })[]
  constraints: {
    type: 'p' | 'f'
    columns: string[]
    schema: string
    table: string
    keys: string[]
    deferred: boolean
    onDelete: ForeignKey['onDelete']
  }[]
  referenced: boolean
  partitioned: boolean
  checks: TableCheck[]
  uniqueKeys: UniqueKey[]
  indexedKeys: IndexedKey[]
}

/** Tables as they are now, and those that their foreign keys refer to within `hops` steps, in any schema. */
export async function readCatalogue(
  db: Queryable,
  tables: readonly TableName[],
  hops = 1,
): Promise<Catalogue> {
  const { rows } = await db.query<Row>(query, [
    tables.map(({ schema }) => schema),
    tables.map(({ name }) => name),
    hops,
  ])
  return new Catalogue(
    rows.map((row) => ({
      schema: row.schema,
      name: row.name,
      columns: new Map(
        row.columns.map((column) => [column.name, { ...column, element: column.element ?? undefined }]),
      ),
      primaryKey: row.constraints.find(({ type }) => type === 'p')?.columns ?? [],
      foreignKeys: row.constraints.filter(({ type }) => type === 'f'),
      unique: new Set(row.uniqueKeys.flatMap(({ columns }) => (columns.length === 1 ? columns : []))),
      uniqueKeys: row.uniqueKeys,
      indexedKeys: row.indexedKeys,
      referenced: row.referenced,
      partitioned: row.partitioned,
      checks: row.checks,
    })),
  )
}

/**
 * SQL of a relation of one row: a type below all domains, its modifier, and whether one of the domains is NOT
 * NULL.
 */
const baseType = (type: string, mod: string): string => `(
  WITH RECURSIVE below(oid, mod, required) AS (
    SELECT ${type}, ${mod}, false
    UNION ALL
    SELECT d.typbasetype, d.typtypmod, below.required OR d.typnotnull
    FROM below CROSS JOIN LATERAL ${typeOf('below.oid')} d WHERE d.typtype = 'd')
  SELECT p.oid, p.typname, p.typelem, p.typlen, below.mod, p.typcategory = 'A' AS is_array,
    bool_or(below.required) OVER () AS required
  FROM below CROSS JOIN LATERAL ${typeOf('below.oid')} p ORDER BY p.typtype = 'd' LIMIT 1)`

/** By its index: the planner takes the column's few types for many, and would read all that there are for each column. */
const typeOf = (oid: string): string => `(SELECT * FROM pg_catalog.pg_type y WHERE y.oid = ${oid} OFFSET 0)`

// Servers differ in whether the column or its expression depends on the columns that the expression names.
const madeOf = `(SELECT coalesce(json_agg(DISTINCT o.attname), '[]')
  FROM pg_catalog.pg_depend g
  JOIN pg_catalog.pg_attribute o ON o.attrelid = g.refobjid AND o.attnum = g.refobjsubid
  WHERE a.attgenerated <> '' AND g.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass
    AND g.refobjid = a.attrelid AND g.refobjsubid > 0 AND g.refobjsubid <> a.attnum
    AND ((g.classid = 'pg_catalog.pg_attrdef'::pg_catalog.regclass AND g.objid = d.oid)
      OR (g.classid = 'pg_catalog.pg_class'::pg_catalog.regclass AND g.objid = a.attrelid AND g.objsubid = a.attnum)))`

// A foreign key to a partitioned table has a row of pg_constraint for each partition, too.
const query = `
WITH RECURSIVE reached(oid, hops) AS (
  SELECT c.oid, 0
  FROM unnest($1::text[], $2::text[]) AS wanted(schema, name)
  JOIN pg_catalog.pg_namespace n ON n.nspname = wanted.schema
  JOIN pg_catalog.pg_class c ON c.relnamespace = n.oid AND c.relname = wanted.name
  WHERE c.relkind IN ('r', 'p')
  UNION
  SELECT f.confrelid, r.hops + 1
  FROM reached r
  JOIN pg_catalog.pg_constraint f ON f.conrelid = r.oid AND f.contype = 'f'
  WHERE r.hops < $3::int
)
SELECT c.relname AS name, cn.nspname AS schema, c.relkind = 'p' AS partitioned,
  (SELECT coalesce(json_agg(json_build_object(
      'name', a.attname,
      'type', pg_catalog.format_type(a.atttypid, a.atttypmod),
      'base', b.typname,
      'stored', pg_catalog.format_type(b.oid, b.mod),
      'simple', e.typtype IN ('b', 'e') OR (e.typtype IN ('r', 'm') AND e.typnamespace = 'pg_catalog'::regnamespace),
      'domain', t.typtype = 'd',
      'element', (SELECT i.typname FROM ${baseType('b.typelem', '-1')} i WHERE b.is_array),
      'notNull', a.attnotnull OR b.required,
      'hasDefault', (a.atthasdef AND a.attgenerated = '') OR a.attidentity <> '' OR t.typdefault IS NOT NULL,
      'identity', a.attidentity <> '',
      'serial', a.attidentity <> '' OR coalesce(pg_catalog.pg_get_expr(d.adbin, d.adrelid) LIKE 'nextval(%', false),
      'generated', a.attgenerated <> '',
      'madeOf', ${madeOf},
      'collatable', a.attcollation <> 0,
      'deterministic', coalesce((SELECT l.collisdeterministic FROM pg_catalog.pg_collation l WHERE l.oid = a.attcollation), true)
    ) ORDER BY a.attnum), '[]')
   FROM pg_catalog.pg_attribute a
   JOIN pg_catalog.pg_type t ON t.oid = a.atttypid
   CROSS JOIN LATERAL ${baseType('a.atttypid', 'a.atttypmod')} b
   JOIN pg_catalog.pg_type e ON e.oid = CASE WHEN b.typlen = -1 AND b.typelem <> 0 THEN b.typelem ELSE b.oid END
   LEFT JOIN pg_catalog.pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
   WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped) AS columns,
  (SELECT coalesce(json_agg(json_build_object(
      'type', k.contype,
      'columns', (SELECT json_agg(a.attname ORDER BY u.i) FROM unnest(k.conkey) WITH ORDINALITY u(n, i)
                  JOIN pg_catalog.pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = u.n),
      'schema', fn.nspname,
      'table', f.relname,
      'keys', (SELECT json_agg(a.attname ORDER BY u.i) FROM unnest(k.confkey) WITH ORDINALITY u(n, i)
               JOIN pg_catalog.pg_attribute a ON a.attrelid = k.confrelid AND a.attnum = u.n),
      'deferred', k.condeferred,
      'onDelete', CASE WHEN NOT k.convalidated
          OR EXISTS (SELECT FROM pg_catalog.pg_trigger g WHERE g.tgconstraint = k.oid AND g.tgenabled <> 'O') THEN 'refuse'
        WHEN k.confdeltype = 'c' THEN 'cascade' WHEN k.confdeltype IN ('n', 'd') THEN 'clear' ELSE 'refuse' END
    ) ORDER BY k.conname), '[]')
   FROM pg_catalog.pg_constraint k
   LEFT JOIN pg_catalog.pg_class f ON f.oid = k.confrelid
   LEFT JOIN pg_catalog.pg_namespace fn ON fn.oid = f.relnamespace
   WHERE k.conrelid = c.oid AND k.contype IN ('p', 'f')
     AND NOT EXISTS (SELECT FROM pg_catalog.pg_constraint whole WHERE whole.oid = k.conparentid AND whole.conrelid = c.oid)
  ) AS constraints,
  EXISTS (SELECT FROM pg_catalog.pg_constraint k WHERE k.confrelid = c.oid AND k.conrelid <> c.oid) AS referenced,
  (SELECT coalesce(json_agg(json_build_object(
      'name', k.conname,
      'columns', (SELECT coalesce(json_agg(a.attname), '[]') FROM pg_catalog.pg_attribute a
                  WHERE a.attrelid = k.conrelid AND a.attnum = ANY (k.conkey)),
      'expression', pg_catalog.pg_get_expr(k.conbin, k.conrelid)
    ) ORDER BY k.conname), '[]')
   FROM pg_catalog.pg_constraint k
   WHERE k.conrelid = c.oid AND k.contype = 'c') AS checks,
  (SELECT coalesce(json_agg(json_build_object(
      'columns', (SELECT json_agg(a.attname ORDER BY a.attnum) FROM pg_catalog.pg_attribute a
                  WHERE a.attrelid = i.indrelid AND a.attnum = ANY (i.indkey[0:i.indnkeyatts - 1])),
      -- Only of later servers: the row as JSON does not name a column that is not there.
      'nullsEqual', coalesce((to_jsonb(i) ->> 'indnullsnotdistinct')::boolean, false)
    ) ORDER BY i.indexrelid), '[]')
   FROM pg_catalog.pg_index i
   WHERE i.indrelid = c.oid AND i.indisunique AND i.indisvalid AND i.indpred IS NULL AND i.indexprs IS NULL) AS "uniqueKeys",
  (SELECT coalesce(json_agg(json_build_object('partial', i.indpred IS NOT NULL, 'columns', (SELECT json_agg(a.attname) FROM pg_catalog.pg_attribute a
      WHERE a.attrelid = i.indrelid AND a.attnum = ANY (i.indkey[0:i.indnkeyatts - 1])))), '[]')
   FROM pg_catalog.pg_index i
   WHERE i.indrelid = c.oid AND i.indisunique AND i.indisvalid AND i.indexprs IS NULL) AS "indexedKeys"
FROM pg_catalog.pg_class c
JOIN pg_catalog.pg_namespace cn ON cn.oid = c.relnamespace
WHERE c.oid IN (SELECT oid FROM reached)`
