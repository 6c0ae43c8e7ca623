import type { Queryable } from '@piecework/core/piece'
import { writersNearbySql } from './writers-nearby.js'

interface TriggerFact {
  readonly name: string
  /** BEFORE or INSTEAD OF: it can change or drop the row. */
  readonly before: boolean
  /** FOR EACH ROW. */
  readonly row: boolean
  /** Fired by what an import writes: INSERT, or UPDATE. */
  readonly insert: boolean
  readonly update: boolean
}

/** What the catalogue says of a table beyond its columns and keys. */
export interface TableFacts {
  /** A policy would hide rows from this role, or refuse them. */
  readonly rowSecurity: boolean
  /** Tables that inherit from it and are no partitions, as quoted names. */
  readonly heirs: readonly string[]
  /** Enabled ones, of partitions too; without those of constraints. */
  readonly triggers: readonly TriggerFact[]
  /** Enabled ones that rewrite INSERT or UPDATE. */
  readonly rules: readonly string[]
  /** Foreign keys and triggers are switched off (session_replication_role). */
  readonly replica: boolean
  /** Of the database. */
  readonly encoding: string
  /** Some table of the database has triggers or rules: they may write to this one. */
  readonly triggersNearby: boolean
  /** Of these, some may write to other tables than their own. */
  readonly writersNearby: boolean
  /** Some constraint of the database may be checked at the end of a transaction. */
  readonly deferrableNearby: boolean
  /** Columns whose type is, or has inside it, uuid. */
  readonly uuids: readonly string[]
  /** Columns whose type is, or has inside it, oid: ids of large objects. */
  readonly oids: readonly string[]
}

export interface QualifiedName {
  readonly schema: string
  readonly name: string
}

/** In the order of the names; absent for a table that does not exist. */
export async function readTableFacts(
  db: Queryable,
  tables: readonly QualifiedName[],
): Promise<readonly (TableFacts | undefined)[]> {
  const { rows } = await db.query<{ at: number; facts: TableFacts }>(query, [
    tables.map(({ schema }) => schema),
    tables.map(({ name }) => name),
  ])
  const found = new Map(rows.map(({ at, facts }) => [at, facts]))
  return tables.map((_, index) => found.get(index + 1))
}

/** Of the host, and fired on this connection: neither of a constraint nor of `guardTriggers`. */
const isHosts = `NOT g.tgisinternal AND g.tgenabled IN ('O', 'A') AND NOT pg_catalog.starts_with(g.tgname::text, 'piecework_guard_')`

/** Bits of `pg_trigger.tgtype`: ROW 1, BEFORE 2, INSERT 4, UPDATE 16, INSTEAD 64. */
const triggers = `
  SELECT coalesce(json_agg(DISTINCT jsonb_build_object('name', g.tgname, 'before', g.tgtype & 66 <> 0, 'row', g.tgtype & 1 <> 0,
    'insert', g.tgtype & 4 <> 0, 'update', g.tgtype & 16 <> 0)), '[]')
  FROM pg_catalog.pg_trigger g
  WHERE ${isHosts} AND g.tgtype & 20 <> 0
    AND g.tgrelid IN (SELECT c.oid UNION ALL SELECT p.relid FROM pg_catalog.pg_partition_tree(c.oid) p)`

const rules = `
  SELECT coalesce(json_agg(w.rulename ORDER BY w.rulename), '[]') FROM pg_catalog.pg_rewrite w
  WHERE w.ev_class = c.oid AND w.ev_type IN ('2', '3') AND w.ev_enabled IN ('O', 'A')`

const nearby = `
  SELECT EXISTS (SELECT FROM pg_catalog.pg_trigger g JOIN pg_catalog.pg_class o ON o.oid = g.tgrelid
    JOIN pg_catalog.pg_namespace n ON n.oid = o.relnamespace
    WHERE ${isHosts} AND n.nspname <> 'piecework')
  OR EXISTS (SELECT FROM pg_catalog.pg_rewrite w WHERE w.ev_type IN ('2', '3', '4') AND w.ev_enabled IN ('O', 'A')
    AND w.oid >= 16384)`

const heirs = `
  SELECT coalesce(json_agg(h.relname ORDER BY h.relname), '[]')
  FROM pg_catalog.pg_inherits i JOIN pg_catalog.pg_class h ON h.oid = i.inhrelid
  WHERE i.inhparent = c.oid AND NOT h.relispartition`

/** Names of the columns that have the type inside: elements, fields, bounds and what domains are over. */
const holding = (type: string): string => `
  SELECT coalesce(json_agg(DISTINCT a.attname), '[]') FROM inside i
  JOIN pg_catalog.pg_attribute a ON a.attrelid = i.table_oid AND a.attnum = i.attnum
  WHERE i.table_oid = c.oid AND i.type = '${type}'::pg_catalog.regtype`

const query = `
WITH RECURSIVE wanted(at, oid) AS (
  SELECT w.at, c.oid FROM unnest($1::text[], $2::text[]) WITH ORDINALITY AS w(schema, name, at)
  JOIN pg_catalog.pg_namespace n ON n.nspname = w.schema
  JOIN pg_catalog.pg_class c ON c.relnamespace = n.oid AND c.relname = w.name AND c.relkind IN ('r', 'p')
), inside(table_oid, attnum, type) AS (
  SELECT a.attrelid, a.attnum, a.atttypid FROM pg_catalog.pg_attribute a
  WHERE a.attrelid IN (SELECT oid FROM wanted) AND a.attnum > 0 AND NOT a.attisdropped
  UNION
  SELECT i.table_oid, i.attnum, part.type FROM inside i JOIN pg_catalog.pg_type t ON t.oid = i.type
  CROSS JOIN LATERAL (
    SELECT t.typbasetype AS type WHERE t.typtype = 'd'
    UNION ALL SELECT t.typelem WHERE t.typcategory = 'A'
    UNION ALL SELECT f.atttypid FROM pg_catalog.pg_attribute f
      WHERE t.typtype = 'c' AND f.attrelid = t.typrelid AND f.attnum > 0 AND NOT f.attisdropped
    UNION ALL SELECT r.rngsubtype FROM pg_catalog.pg_range r WHERE t.oid IN (r.rngtypid, r.rngmultitypid)
  ) AS part
)
SELECT w.at::int AS at, json_build_object(
  'rowSecurity', pg_catalog.row_security_active(c.oid),
  'heirs', (${heirs}), 'triggers', (${triggers}), 'rules', (${rules}), 'triggersNearby', (${nearby}),
  'writersNearby', (SELECT ${writersNearbySql(isHosts)}),
  'deferrableNearby', EXISTS (SELECT FROM pg_catalog.pg_constraint k WHERE k.condeferrable),
  'replica', pg_catalog.current_setting('session_replication_role') = 'replica',
  'encoding', pg_catalog.getdatabaseencoding(),
  'uuids', (${holding('uuid')}), 'oids', (${holding('oid')})) AS facts
FROM wanted w JOIN pg_catalog.pg_class c ON c.oid = w.oid`
