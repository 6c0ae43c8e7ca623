import type { Queryable } from '@piecework/core/store'

/**
 * Numbers of keys from sequences begin far apart, and far from those that hosts have for something else: a key is known
 * wherever it stands.
 */
export async function spreadSequences(db: Queryable): Promise<void> {
  await db.query(`
    SELECT setval(s.oid, 300000000 + s.n * 1000003 % 600000000)
    FROM (SELECT c.oid, row_number() OVER (ORDER BY ns.nspname, c.relname) AS n
      FROM pg_sequence q JOIN pg_class c ON c.oid = q.seqrelid JOIN pg_namespace ns ON ns.oid = c.relnamespace
      WHERE q.seqincrement > 0 AND q.seqmax >= 1000000000 AND has_sequence_privilege(c.oid, 'USAGE, UPDATE')
        AND ns.nspname !~ '^(pg_|information_schema)' AND EXISTS (
          SELECT FROM pg_index i JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[0]
          LEFT JOIN pg_attrdef f ON f.adrelid = a.attrelid AND f.adnum = a.attnum
          JOIN pg_depend d ON (d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.refobjid = a.attrelid AND d.refobjsubid = a.attnum)
            OR (d.classid = 'pg_attrdef'::regclass AND d.objid = f.oid AND d.refobjid = c.oid)
          WHERE i.indisprimary AND i.indnkeyatts = 1 AND a.atttypid IN ('int4'::regtype, 'int8'::regtype))) s
    WHERE coalesce(pg_sequence_last_value(s.oid), 0) < 300000000`)
}

/** Rows that are written from here on are new. */
export async function transactionId(db: Queryable): Promise<string> {
  const { rows } = await db.query<{ id: string }>('SELECT (txid_current() & 4294967295)::text AS id')
  return rows[0]?.id ?? '0'
}
