import type { JsonStep } from './json-path.js'

const literal = (text: string): string => `'${text.replaceAll("'", "''")}'`
/** SQL of a text. A literal with a backslash must not depend on standard_conforming_strings. */
export const sqlText = (value: string): string =>
  value.includes('\\') ? ` E${literal(value.replaceAll('\\', '\\\\'))}` : literal(value)

/**
 * SQL of `document` (jsonb) with every string at `path` replaced by `leaf`, which takes SQL of its text and
 * returns SQL of a jsonb. If that is NULL, an element of an array is left out and a member becomes null.
 */
export function mapJson(
  document: string,
  path: readonly JsonStep[],
  leaf: (id: string) => string,
  depth = 0,
): string {
  const [step, ...rest] = path
  if (step === undefined) {
    return `CASE WHEN jsonb_typeof(${document}) = 'string' THEN ${leaf(`${document} #>> '{}'`)} ELSE ${document} END`
  }
  const value = `j${depth}.v`
  const mapped = mapJson(value, rest, leaf, depth + 1)
  if (step !== 'every') {
    const name = sqlText(step.member)
    const member = `(SELECT coalesce(${mapped}, 'null') FROM (SELECT ${document} -> ${name} AS v OFFSET 0) j${depth})`
    return `CASE WHEN jsonb_typeof(${document}) = 'object' AND ${document} ? ${name} THEN jsonb_set(${document}, ARRAY[${name}], ${member}) ELSE ${document} END`
  }
  return `CASE jsonb_typeof(${document})
    WHEN 'array' THEN (SELECT coalesce(jsonb_agg(m ORDER BY n) FILTER (WHERE m IS NOT NULL), '[]') FROM
      (SELECT ${mapped} AS m, j${depth}.n FROM jsonb_array_elements(${document}) WITH ORDINALITY j${depth}(v, n) OFFSET 0) e${depth})
    WHEN 'object' THEN (SELECT coalesce(jsonb_object_agg(j${depth}.k, coalesce(${mapped}, 'null')), '{}') FROM jsonb_each(${document}) j${depth}(k, v))
    ELSE ${document} END`
}

/** SQL of a relation whose rows, `id` text, are the strings at `path` of `document` (jsonb). */
export function jsonLeaves(document: string, path: readonly JsonStep[]): string {
  let from = `(SELECT ${document} AS v) l0`
  path.forEach((step, index) => {
    const outer = `l${index}.v`
    const inner =
      step === 'every'
        ? `(SELECT value AS v FROM jsonb_array_elements(CASE WHEN jsonb_typeof(${outer}) = 'array' THEN ${outer} ELSE '[]' END)
            UNION ALL SELECT value FROM jsonb_each(CASE WHEN jsonb_typeof(${outer}) = 'object' THEN ${outer} ELSE '{}' END))`
        : `(SELECT CASE WHEN jsonb_typeof(${outer}) = 'object' THEN ${outer} -> ${sqlText(step.member)} END AS v)`
    from += ` CROSS JOIN LATERAL ${inner} l${index + 1}`
  })
  const last = `l${path.length}.v`
  return `(SELECT ${last} #>> '{}' AS id FROM ${from} WHERE jsonb_typeof(${last}) = 'string')`
}
