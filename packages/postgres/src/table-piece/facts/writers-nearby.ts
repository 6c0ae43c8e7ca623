/** Functions that read and write no table, where no schema before the name says that they are others. */
const known =
  'if|elsif|and|or|not|in|any|case|when|then|else|values|now|clock_timestamp|statement_timestamp|transaction_timestamp|timezone|coalesce|nullif|greatest|least|lower|upper|initcap|trim|btrim|ltrim|rtrim|length|concat|concat_ws|md5|to_tsvector|setweight|gen_random_uuid|uuid_generate_v4|row|array|numeric|varchar|char|timestamp|timestamptz'

/** Words of statements that could, or that run others. */
const doing =
  'insert|update|delete|merge|truncate|copy|select|execute|perform|call|do|create|alter|drop|refresh'

/**
 * SQL condition: the function `p` in the language `l` of a trigger writes to no other row, as one that sets
 * `updated_at`. A call of any function that is not known, and any statement, could.
 */
const harmless = `(
  p.pronamespace = 'pg_catalog'::pg_catalog.regnamespace OR l.lanname = 'plpgsql'
  AND p.prosrc !~* '\\m(${doing})\\M'
  AND pg_catalog.regexp_replace(p.prosrc, '(?<![."]\\s*)\\m(${known})\\s*\\(', ' ', 'gi') !~ '[[:alnum:]_"]\\s*\\('
)`

/** SQL condition: the relation is part of an extension, as PostGIS has a view with rules. */
const ofExtension = (oid: string): string => `EXISTS (SELECT FROM pg_catalog.pg_depend e
  WHERE e.classid = 'pg_catalog.pg_class'::pg_catalog.regclass AND e.objid = ${oid} AND e.deptype = 'e')`

/**
 * SQL condition: a trigger or rule somewhere in the database may write to tables that a job has written to.
 * `isHosts`: condition on the trigger `g`.
 */
export const writersNearbySql = (isHosts: string): string => `
  EXISTS (SELECT FROM pg_catalog.pg_trigger g JOIN pg_catalog.pg_class o ON o.oid = g.tgrelid
    JOIN pg_catalog.pg_proc p ON p.oid = g.tgfoid JOIN pg_catalog.pg_language l ON l.oid = p.prolang
    WHERE ${isHosts} AND g.tgtype & 28 <> 0 AND o.relnamespace::pg_catalog.regnamespace::text <> 'piecework'
    AND NOT ${ofExtension('o.oid')}
    AND NOT ${harmless})
  OR EXISTS (SELECT FROM pg_catalog.pg_rewrite w WHERE w.ev_type IN ('2', '3', '4') AND w.ev_enabled IN ('O', 'A')
    AND w.oid >= 16384 AND NOT ${ofExtension('w.ev_class')})`
