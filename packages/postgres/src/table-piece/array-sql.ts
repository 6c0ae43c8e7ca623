/**
 * SQL of an array with every element that is not NULL replaced by `leaf`; its shape stays. An element for which
 * `leaf` is NULL is left out, in an array of several dimensions it becomes NULL.
 */
export function mapArray(value: string, type: string, leaf: (id: string) => string): string {
  const plain = `(SELECT coalesce(array_agg(m.id ORDER BY m.n) FILTER (WHERE m.old IS NULL OR m.id IS NOT NULL), '{}') FROM
    (SELECT u.e AS old, CASE WHEN u.e IS NOT NULL THEN ${leaf('(u.e)::text')} END AS id, u.n FROM unnest(${value}) WITH ORDINALITY u(e, n) OFFSET 0) m)`
  // Of several dimensions, or not numbered from 1: the texts between braces are replaced.
  const token = String.raw`"(?:[^"\\]|\\.)*"|[^{},"]+|[{},]`
  const text = `CASE WHEN t.p ~ '^".*"$' THEN regexp_replace(substr(t.p, 2, length(t.p) - 2), '\\\\(.)', '\\1', 'g') ELSE t.p END`
  const quoted = (sql: string) => `'"' || regexp_replace(${sql}, '(["\\\\])', '\\\\\\1', 'g') || '"'`
  const shaped = `(SELECT array_dims(${value}) || '=' || string_agg(CASE WHEN t.p IN ('{', '}', ',') OR t.p = 'NULL' THEN t.p
      ELSE coalesce((SELECT ${quoted('f.id')} FROM (SELECT ${leaf('t.e')} AS id OFFSET 0) f), 'NULL') END, '' ORDER BY t.n)
    FROM (SELECT t.p, ${text} AS e, t.n FROM (SELECT g.m[1] AS p, g.n FROM
      regexp_matches(regexp_replace((${value})::text, '^[^{]*=', ''), '(${token})', 'g') WITH ORDINALITY g(m, n)) t OFFSET 0) t)`
  return `CASE WHEN ${value} IS NULL THEN NULL WHEN cardinality(${value}) = 0 THEN (${value})::${type}
    WHEN array_ndims(${value}) = 1 AND array_lower(${value}, 1) = 1 THEN ${plain}::${type} ELSE ${shaped}::${type} END`
}

export const arrayLeaves = (value: string): string =>
  `(SELECT (u.e)::text AS id FROM unnest(${value}) u(e) WHERE u.e IS NOT NULL)`
