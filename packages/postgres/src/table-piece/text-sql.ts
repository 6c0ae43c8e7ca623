import { textLiteral } from '../database/text-literal.js'
import type { ContainedTarget } from './table-plan.js'

type Pattern = Pick<ContainedTarget, 'pattern' | 'keyColumn' | 'anyCase'>

/** SQL of a text with every id that the pattern finds replaced by `leaf`, unless that is NULL. */
export function mapText(value: string, target: Pattern, leaf: (id: string) => string): string {
  const { before, id, after, options } = partsOf(target)
  const found = textLiteral(`${options}(${before})(${id})${after}`)
  const whole = textLiteral(`${options}${before}${id}${after}`)
  return `CASE WHEN ${value} ~ ${whole} THEN (SELECT string_agg(s.part || coalesce(f.id, ''), '' ORDER BY s.n)
    FROM regexp_split_to_table(${value}, ${whole}) WITH ORDINALITY s(part, n)
    LEFT JOIN (SELECT g.m[1] || coalesce((SELECT x.id FROM (SELECT ${leaf('g.m[2]')} AS id OFFSET 0) x), g.m[2]) AS id, g.n
      FROM regexp_matches(${value}, ${found}, 'g') WITH ORDINALITY g(m, n) OFFSET 0) f USING (n)) ELSE ${value} END`
}

/** SQL of a relation whose rows, `id` text, are the ids that the pattern finds. */
export function textLeaves(value: string, target: Pattern): string {
  const { before, id, after, options } = partsOf(target)
  return `(SELECT g.m[1] AS id FROM regexp_matches(${value}, ${textLiteral(`${options}${before}(${id})${after}`)}, 'g') g(m))`
}

/** The same ids in this process. */
export function* idsInText(text: string, target: Pattern): Iterable<string> {
  const { before, id, after, flags } = partsOf(target)
  for (const [, found] of text.matchAll(new RegExp(`${before}(${id})${after}`, flags)))
    if (found !== undefined) yield found
}

/** The text with a blank for every id that the pattern finds. */
export function withoutIds(text: string, target: Pattern): string {
  const { before, id, after, flags } = partsOf(target)
  return text.replace(new RegExp(`(${before})${id}${after}`, flags), '$1 ')
}

/** Regular expressions, for PostgreSQL and for this process, of what stands before an id, of an id, and of where it ends. */
function partsOf({ pattern, keyColumn, anyCase }: Pattern) {
  const [before = '', after = ''] = pattern
    .split('{}')
    .map((text) => text.replace(/[^A-Za-z0-9/_-]/g, '\\$&'))
  const forms = {
    uuid: ['[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}', '[0-9A-Za-z]'],
    int: ['[0-9]+', '[0-9A-Za-z_]'],
    text: ['[A-Za-z0-9_-]+', '[A-Za-z0-9_-]'],
  }
  const { base } = keyColumn
  const [id = '', more = ''] = forms[base === 'uuid' ? 'uuid' : /^int[248]$/.test(base) ? 'int' : 'text']
  // A pattern that begins with a letter or with the id does not begin inside of a word.
  const start = before === '' || /^[0-9A-Za-z]/.test(before) ? `(?<![0-9A-Za-z_-])${before}` : before
  // In a list, 3-7 and 2024-013 are no ids, while /photos/42-sunset holds one.
  const end = before === '' ? '(?![0-9A-Za-z_-])' : `(?!${more})`
  return {
    before: start,
    id,
    after: after === '' ? end : `(?=${after})`,
    options: anyCase ? '(?i)' : '',
    flags: anyCase ? 'gi' : 'g',
  }
}
