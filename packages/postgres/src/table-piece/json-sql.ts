import { textLiteral } from '../database/text-literal.js'
import type { JsonStep } from './json-path.js'

/** What an id in a document becomes: from SQL of its text, SQL of a jsonb. */
export type JsonLeaf = (id: string) => string

/**
 * SQL of `document` (jsonb) with every string at `path` replaced by `leaf`, and every number by `number` if that
 * is given. If the new id is NULL, an element of an array or a member by its name is left out, and a member's
 * value becomes null.
 */
export function mapJson(
  document: string,
  path: readonly JsonStep[],
  leaf: JsonLeaf,
  number?: JsonLeaf,
  depth = 0,
): string {
  const [step, ...rest] = path
  if (step === undefined) {
    const id = `(${document} #>> '{}')`
    const numbers = number ? ` WHEN 'number' THEN ${number(wholeSql(document))}` : ''
    return `CASE jsonb_typeof(${document}) WHEN 'string' THEN ${leaf(id)}${numbers} ELSE ${document} END`
  }
  const value = `j${depth}.v`
  if (step === 'names') {
    const name = `(SELECT x.name #>> '{}' FROM (SELECT ${leaf(`j${depth}.k`)} AS name OFFSET 0) x)`
    return `CASE WHEN jsonb_typeof(${document}) = 'object' THEN (SELECT coalesce(jsonb_object_agg(m.k, m.v) FILTER (WHERE m.k IS NOT NULL), '{}') FROM
      (SELECT ${name} AS k, ${value} AS v FROM jsonb_each(${document}) j${depth}(k, v) OFFSET 0) m) ELSE ${document} END`
  }
  const mapped = mapJson(value, rest, leaf, number, depth + 1)
  if (step !== 'every') {
    const name = textLiteral(step.member)
    const member = `(SELECT coalesce(${mapped}, 'null') FROM (SELECT ${document} -> ${name} AS v OFFSET 0) j${depth})`
    return `CASE WHEN jsonb_typeof(${document}) = 'object' AND ${document} ? ${name} THEN jsonb_set(${document}, ARRAY[${name}], ${member}) ELSE ${document} END`
  }
  return `CASE jsonb_typeof(${document})
    WHEN 'array' THEN (SELECT coalesce(jsonb_agg(m ORDER BY n) FILTER (WHERE m IS NOT NULL), '[]') FROM
      (SELECT ${mapped} AS m, j${depth}.n FROM jsonb_array_elements(${document}) WITH ORDINALITY j${depth}(v, n) OFFSET 0) e${depth})
    WHEN 'object' THEN (SELECT coalesce(jsonb_object_agg(j${depth}.k, coalesce(${mapped}, 'null')), '{}') FROM jsonb_each(${document}) j${depth}(k, v))
    ELSE ${document} END`
}

/** SQL of the text of a number (jsonb): `6` for 6.0, which is the same number. */
const wholeSql = (number: string): string => `pg_catalog.trim_scale((${number})::numeric)::text`

/** SQL of a relation whose rows, `id` text, are the ids at `path` of `document` (jsonb). */
export function jsonLeaves(document: string, path: readonly JsonStep[], numbers = false): string {
  const byName = path.at(-1) === 'names'
  const values = byName ? path.slice(0, -1) : path
  let from = `(SELECT ${document} AS v) l0`
  values.forEach((step, index) => {
    const outer = `l${index}.v`
    const inner =
      typeof step === 'string'
        ? `(SELECT value AS v FROM jsonb_array_elements(CASE WHEN jsonb_typeof(${outer}) = 'array' THEN ${outer} ELSE '[]' END)
            UNION ALL SELECT value FROM jsonb_each(CASE WHEN jsonb_typeof(${outer}) = 'object' THEN ${outer} ELSE '{}' END))`
        : `(SELECT CASE WHEN jsonb_typeof(${outer}) = 'object' THEN ${outer} -> ${textLiteral(step.member)} END AS v)`
    from += ` CROSS JOIN LATERAL ${inner} l${index + 1}`
  })
  const last = `l${values.length}.v`
  if (byName)
    return `(SELECT k.id FROM ${from} CROSS JOIN LATERAL jsonb_object_keys(CASE WHEN jsonb_typeof(${last}) = 'object' THEN ${last} ELSE '{}' END) k(id))`
  const types = numbers ? `IN ('string', 'number')` : `= 'string'`
  const id = numbers
    ? `CASE WHEN jsonb_typeof(${last}) = 'number' THEN ${wholeSql(last)} ELSE ${last} #>> '{}' END`
    : `${last} #>> '{}'`
  return `(SELECT ${id} AS id FROM ${from} WHERE jsonb_typeof(${last}) ${types})`
}
