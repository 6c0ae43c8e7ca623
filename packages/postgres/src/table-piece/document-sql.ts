import type { JsonStep } from './json-path.js'
import { type JsonLeaf, jsonLeaves, mapJson } from './json-sql.js'
import { jsonTextLeaves, mapJsonText } from './json-text-sql.js'

/** SQL over the documents of one column, as its type asks for. */
export interface DocumentSql {
  /** A value of the column, or its text in a file, as the other functions take it. */
  open(value: string): string
  /** As `mapJson`. */
  map(document: string, path: readonly JsonStep[], leaf: JsonLeaf, number?: JsonLeaf): string
  /** As `jsonLeaves`. */
  leaves(document: string, path: readonly JsonStep[], numbers: boolean): string
  /** A document of `open` or `map` as a value of the column. */
  close(document: string, type: string): string
}

const jsonb: DocumentSql = {
  open: (value) => `(${value})::jsonb`,
  map: mapJson,
  leaves: jsonLeaves,
  close: (document, type) => (type === 'jsonb' ? document : `(${document})::${type}`),
}

const json: DocumentSql = {
  open: (value) => `(${value})::text`,
  map: mapJsonText,
  leaves: jsonTextLeaves,
  close: (document, type) => `(${document})::${type}`,
}

/** Paths begin at each element. */
const arrayOf = (element: DocumentSql, type: string): DocumentSql => ({
  open: (value) => `(${value})::${type}[]`,
  map: (documents, path, leaf, number) => {
    const mapped = element.close(element.map(element.open('e.v'), path, leaf, number), type)
    return `CASE WHEN ${documents} IS NULL OR cardinality(${documents}) = 0 THEN ${documents}
      WHEN array_dims(${documents}) = '[1:' || cardinality(${documents}) || ']'
        THEN (SELECT array_agg(${mapped} ORDER BY e.n) FROM unnest(${documents}) WITH ORDINALITY AS e(v, n))
      ELSE ${shapedLike(documents, mapped, type)} END`
  },
  leaves: (documents, path, numbers) =>
    `(SELECT l.id FROM unnest(${documents}) AS e(v) CROSS JOIN LATERAL ${element.leaves(element.open('e.v'), path, numbers)} l)`,
  close: (documents, full) => (full === `${type}[]` ? documents : `(${documents})::${full}`),
})

/** SQL of an array of several dimensions, or of other bounds: written as text, for no function makes one. */
function shapedLike(array: string, element: string, type: string): string {
  const quoted = `coalesce('"' || replace(replace((${element})::text, chr(92), repeat(chr(92), 2)), '"', chr(92) || '"') || '"', 'NULL')`
  const size = `(SELECT round(exp(sum(ln(array_length(${array}, j)))))::int FROM generate_series(k.d, array_ndims(${array})) j)`
  const braces = (brace: string, n: string): string =>
    `repeat('${brace}', (SELECT count(*)::int FROM generate_series(1, array_ndims(${array})) k(d) WHERE ${n} % ${size} = 0))`
  return `(SELECT (array_dims(${array}) || '=' || string_agg(${braces('{', '(e.n - 1)')} || ${quoted} || ${braces('}', 'e.n')}, ',' ORDER BY e.n))::${type}[]
    FROM unnest(${array}) WITH ORDINALITY AS e(v, n))`
}

const byBase: ReadonlyMap<string, DocumentSql> = new Map([
  ['json', json],
  ['jsonb', jsonb],
  ['_json', arrayOf(json, 'json')],
  ['_jsonb', arrayOf(jsonb, 'jsonb')],
])

export const holdsDocuments = (base: string): boolean => byBase.has(base)

/** @param base name of a type that `holdsDocuments` */
export const documentSql = (base: string): DocumentSql => byBase.get(base) ?? jsonb
