// Servers differ in whether the column or its expression depends on the columns that the expression names.
const madeOf = `(SELECT coalesce(json_agg(DISTINCT o.attname), '[]')
  FROM pg_catalog.pg_depend g
  JOIN pg_catalog.pg_attribute o ON o.attrelid = g.refobjid AND o.attnum = g.refobjsubid
  WHERE a.attgenerated <> '' AND g.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass
    AND g.refobjid = a.attrelid AND g.refobjsubid > 0 AND g.refobjsubid <> a.attnum
    AND ((g.classid = 'pg_catalog.pg_attrdef'::pg_catalog.regclass AND g.objid = d.oid)
      OR (g.classid = 'pg_catalog.pg_class'::pg_catalog.regclass AND g.objid = a.attrelid AND g.objsubid = a.attnum)))`

/**
 * SQL of two relations: `base` has, for each type and modifier of the attributes, what is below all domains, whether one of these
 * is NOT NULL, and, of an array, the same of its elements (`of_element`). By sets, since a query for each column takes most of the time.
 */
const bases = `below(type, given, oid, mod, required, of_element) AS (
  SELECT DISTINCT atttypid, atttypmod, atttypid, atttypmod, false, false FROM attribute
  UNION ALL
  SELECT b.type, b.given, step.oid, step.mod, step.required, step.of_element
  FROM below b JOIN pg_catalog.pg_type t ON t.oid = b.oid
  CROSS JOIN LATERAL (
    SELECT t.typbasetype AS oid, t.typtypmod AS mod, b.required OR t.typnotnull AS required, b.of_element
    WHERE t.typtype = 'd'
    UNION ALL SELECT t.typelem, -1, false, true WHERE t.typtype <> 'd' AND t.typcategory = 'A' AND NOT b.of_element
  ) AS step
), base AS MATERIALIZED (
  SELECT b.type, b.given, b.oid, b.mod, b.required, b.of_element, t.typname, t.typelem, t.typlen
  FROM below b JOIN pg_catalog.pg_type t ON t.oid = b.oid AND t.typtype <> 'd'
)`

/**
 * A row for each table named by $1 (schemas) and $2 (names), and for those that their foreign keys refer to within $3 steps. A
 * foreign key to a partitioned table has a row of pg_constraint for each partition, too.
 */
export const catalogueSql = `
WITH RECURSIVE reached(oid, hops) AS (
  SELECT c.oid, 0
  FROM unnest($1::text[], $2::text[]) AS wanted(schema, name)
  JOIN pg_catalog.pg_namespace n ON n.nspname = wanted.schema
  JOIN pg_catalog.pg_class c ON c.relnamespace = n.oid AND c.relname = wanted.name
  WHERE c.relkind IN ('r', 'p', 'f')
  UNION
  SELECT f.confrelid, r.hops + 1
  FROM reached r
  JOIN pg_catalog.pg_constraint f ON f.conrelid = r.oid AND f.contype = 'f'
  WHERE r.hops < $3::int
), attribute AS MATERIALIZED (
  SELECT a.* FROM pg_catalog.pg_attribute a
  WHERE a.attrelid IN (SELECT oid FROM reached) AND a.attnum > 0 AND NOT a.attisdropped
), ${bases}
SELECT c.relname AS name, cn.nspname AS schema, c.relkind = 'p' AS partitioned, c.relkind = 'f' AS elsewhere,
  coalesce(columns.list, '[]') AS columns,
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
      'partial', i.indpred IS NOT NULL,
      -- Only of later servers: the row as JSON does not name a column that is not there.
      'nullsEqual', coalesce((to_jsonb(i) ->> 'indnullsnotdistinct')::boolean, false)
    ) ORDER BY i.indexrelid), '[]')
   FROM pg_catalog.pg_index i
   WHERE i.indrelid = c.oid AND i.indisunique AND i.indisvalid AND i.indexprs IS NULL) AS keys
FROM pg_catalog.pg_class c
JOIN pg_catalog.pg_namespace cn ON cn.oid = c.relnamespace
LEFT JOIN (
  SELECT a.attrelid, json_agg(json_build_object(
      'name', a.attname,
      'type', pg_catalog.format_type(a.atttypid, a.atttypmod),
      'base', b.typname,
      'stored', pg_catalog.format_type(b.oid, b.mod),
      'simple', e.typtype IN ('b', 'e') OR (e.typtype IN ('r', 'm') AND e.typnamespace = 'pg_catalog'::regnamespace),
      'domain', t.typtype = 'd',
      'element', i.typname,
      'notNull', a.attnotnull OR b.required,
      'hasDefault', (a.atthasdef AND a.attgenerated = '') OR a.attidentity <> '' OR t.typdefault IS NOT NULL,
      'identity', a.attidentity <> '',
      'serial', a.attidentity <> '' OR coalesce(pg_catalog.pg_get_expr(d.adbin, d.adrelid) LIKE 'nextval(%', false),
      'generated', a.attgenerated <> '',
      'madeOf', ${madeOf},
      'collatable', a.attcollation <> 0,
      'deterministic', coalesce(l.collisdeterministic, true)
    ) ORDER BY a.attnum) AS list
  FROM attribute a
  JOIN pg_catalog.pg_type t ON t.oid = a.atttypid
  JOIN base b ON b.type = a.atttypid AND b.given = a.atttypmod AND NOT b.of_element
  LEFT JOIN base i ON i.type = a.atttypid AND i.given = a.atttypmod AND i.of_element
  JOIN pg_catalog.pg_type e ON e.oid = CASE WHEN b.typlen = -1 AND b.typelem <> 0 THEN b.typelem ELSE b.oid END
  LEFT JOIN pg_catalog.pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
  LEFT JOIN pg_catalog.pg_collation l ON l.oid = a.attcollation
  GROUP BY a.attrelid
) AS columns ON columns.attrelid = c.oid
WHERE c.oid IN (SELECT oid FROM reached)`
