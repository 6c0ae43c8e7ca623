import type { Queryable } from '@piecework/core/store'

/**
 * Numbers of keys from sequences begin far apart, and far from those that hosts have for something else: a key is known
 * wherever it stands.
 */
export async function spreadSequences(db: Queryable): Promise<void> {
  await db.query(`
    WITH keys AS MATERIALIZED (
      SELECT a.attrelid, a.attnum, f.oid AS given FROM pg_index i
      JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[0]
      LEFT JOIN pg_attrdef f ON f.adrelid = a.attrelid AND f.adnum = a.attnum
      WHERE i.indisprimary AND i.indnkeyatts = 1 AND a.atttypid IN ('int4'::regtype, 'int8'::regtype)),
    sequences AS MATERIALIZED (
      SELECT d.objid AS id FROM keys k JOIN pg_depend d ON d.refobjid = k.attrelid AND d.refobjsubid = k.attnum
      WHERE d.classid = 'pg_class'::regclass AND d.refclassid = 'pg_class'::regclass
      UNION SELECT d.refobjid FROM keys k JOIN pg_depend d ON d.objid = k.given
      WHERE d.classid = 'pg_attrdef'::regclass AND d.refclassid = 'pg_class'::regclass)
    SELECT setval(s.id, 300000000 + s.n * 1000003 % 600000000)
    FROM (SELECT c.oid AS id, row_number() OVER (ORDER BY n.nspname, c.relname) AS n
      FROM sequences s JOIN pg_sequence q ON q.seqrelid = s.id JOIN pg_class c ON c.oid = s.id JOIN pg_namespace n ON n.oid = c.relnamespace
      WHERE q.seqincrement > 0 AND q.seqmax >= 1000000000 AND has_sequence_privilege(c.oid, 'UPDATE')
        AND n.nspname !~ '^(pg_|information_schema)') s
    WHERE coalesce(pg_sequence_last_value(s.id), 0) < 300000000`)
}

/** Rows that are written from here on are new. */
export async function transactionId(db: Queryable): Promise<string> {
  const { rows } = await db.query<{ id: string }>('SELECT (txid_current() & 4294967295)::text AS id')
  return rows[0]?.id ?? '0'
}
