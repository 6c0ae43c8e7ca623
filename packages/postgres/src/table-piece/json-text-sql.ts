import { textLiteral } from '../database/text-literal.js'
import type { JsonStep } from './json-path.js'
import type { JsonLeaf } from './json-sql.js'

/**
 * What `json-sql.ts` does for jsonb, for the text of a `json`: nothing but the strings at the path changes,
 * so double members, their order, spacing, escapes and numbers stay as they are written.
 */

/** One token with the blanks around it. Outside of strings JSON has no other blanks than `\s`. */
const token = textLiteral(String.raw`(\s*)("(?:[^"\\]|\\.)*"|[][{}:,]|[^][{}:,"\s]+)(\s*)`)

/** A string with such an escape cannot become text of the database. It is no id, and no name of a path. */
const unreadable = textLiteral(String.raw`(^|[^\\])(\\\\)*\\u(0000|[dD][89a-fA-F])`)

/** SQL of the value of a string token; of one that cannot be read, the token itself. */
const tokenText = (token: string): string =>
  `CASE WHEN strpos(${token}, chr(92)) = 0 THEN substr(${token}, 2, length(${token}) - 2) WHEN ${token} ~ ${unreadable} THEN ${token} ELSE ${token}::json #>> '{}' END`

/**
 * SQL of `document` (text) with every string at `path` replaced by `leaf`, and every number by `number`
 * if that is given. If that is NULL, an element of an array is left out and a member becomes null. No path ends
 * in names.
 */
export function mapJsonText(
  document: string,
  path: readonly JsonStep[],
  leaf: JsonLeaf,
  number?: JsonLeaf,
): string {
  const numbers = number ? ` WHEN f.leaf THEN ${number('f.id')}` : ''
  const inArray = path.at(-1) === 'every'
  // A comma belongs to the element behind it: it goes with that, and with the first that stays.
  return `(SELECT string_agg(CASE WHEN k.gone OR (k.comma AND (k.next_gone OR k.kept = 0)) THEN '' ELSE k.a[1] || k.text || k.a[3] END, '' ORDER BY k.n)
    FROM (SELECT r.n, r.a, r.gone, r.text,
        ${inArray ? `r.t = ',' AND r.depth = ${path.length} AND r.array` : 'false'} AS comma,
        lead(r.gone) OVER (ORDER BY r.n) AS next_gone,
        count(*) FILTER (WHERE r.first AND NOT r.gone) OVER (PARTITION BY r.container ORDER BY r.n) AS kept
      FROM (SELECT i.*, i.leaf AND i.array AND i.new IS NULL AS gone,
          CASE WHEN NOT i.leaf OR i.new #>> '{}' = i.id THEN i.t ELSE coalesce(i.new::text, 'null') END AS text
        FROM (SELECT f.*, CASE WHEN f.leaf AND starts_with(f.t, '"') THEN ${leaf('f.id')}${numbers} END AS new FROM ${located(document, path, number !== undefined)} f OFFSET 0) i) r) k)`
}

/** SQL of a relation whose rows, `id` text, are the strings at `path` of `document` (text). */
export const jsonTextLeaves = (document: string, path: readonly JsonStep[], numbers = false): string =>
  `(SELECT f.id FROM ${located(document, path, numbers)} f WHERE f.leaf)`

/**
 * SQL of the tokens of a document: `n`, `a` (blanks, token, blanks), `t`, the `depth` in which it stands,
 * whether it is a string at the path (`leaf`) and its `id`. Where the path ends in an array: the `container`
 * it stands in, and whether it is the `first` token of an element.
 */
function located(document: string, path: readonly JsonStep[], numbers: boolean): string {
  const { length } = path
  const before = 'OVER (ORDER BY d.n ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)'
  // The last token of a sort, by its number; the lowest bit is what it was.
  const last = (which: string, bit: string): string =>
    `max(CASE WHEN ${which} THEN d.n * 2 + (${bit})::int END) ${before}`
  const marks = path.flatMap((step, index) => {
    const opened = `${last(`d.t IN ('{', '[') AND d.depth = ${index}`, `d.t = '['`)} AS o${index}`
    if (typeof step === 'string') return [opened]
    const isMember = `${tokenText('d.t')} = ${textLiteral(step.member)}`
    return [opened, `${last(`d.key AND d.depth = ${index + 1}`, isMember)} AS m${index}`]
  })
  const steps = path.flatMap((step, index) =>
    typeof step === 'string' ? [] : [`g.o${index} % 2 = 0`, `g.m${index} % 2 = 1`],
  )
  const array = path.at(-1) === 'every' ? `g.o${length - 1} % 2 = 1` : 'false'
  const container = path.at(-1) === 'every' ? `g.o${length - 1}` : '0'
  return `(SELECT g.n, g.a, g.t, g.depth, h.leaf, CASE WHEN h.leaf THEN ${numbers ? `CASE WHEN starts_with(g.t, '"') THEN ${tokenText('g.t')} ELSE split_part(g.t, '.', 1) END` : tokenText('g.t')} END AS id,
      coalesce(${array}, false) AS array, ${container} AS container,
      coalesce(${array} AND g.depth = ${length} AND g.previous IN ('[', ','), false) AS first
    FROM (SELECT d.*${marks.map((mark) => `, ${mark}`).join('')}
      FROM (SELECT c.*, lag(c.t) OVER (ORDER BY c.n) AS previous, starts_with(c.t, '"') AND coalesce(lead(c.t) OVER (ORDER BY c.n) = ':', false) AS key
        FROM (SELECT b.n, b.a, b.a[2] AS t,
            coalesce(sum(CASE WHEN b.a[2] IN ('{', '[') THEN 1 WHEN b.a[2] IN ('}', ']') THEN -1 ELSE 0 END)
              OVER (ORDER BY b.n ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0) AS depth
          FROM regexp_matches(${document}, ${token}, 'g') WITH ORDINALITY AS b(a, n)) c) d) g
    CROSS JOIN LATERAL (SELECT coalesce(${[`g.depth = ${length}`, numbers ? `(starts_with(g.t, '"') OR g.t ~ '^-?[0-9]+([.]0+)?$')` : `starts_with(g.t, '"')`, 'NOT g.key', ...steps].join(' AND ')}, false) AS leaf OFFSET 0) h)`
}
