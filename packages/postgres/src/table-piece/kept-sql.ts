import type { Column } from './catalogue.js'

/**
 * Whether a column keeps a text of a file as the value that it was. The text that the database prints for the
 * value is compared with it, under the settings of our transactions.
 */

/** SQL of what the database prints. A cast to text would cut the blanks of a `char(n)`, and spell booleans out. */
const printed = (sql: string): string => `format('%s', ${sql})`

/**
 * SQL of a text as a value of the column, read as COPY reads it: a cast would cut what is too long, and look
 * for a `regclass` by its name only. A document in a `json` has no modifiers.
 */
export const readSql = ({ type, stored }: Pick<Column, 'type' | 'stored'>, text: string): string =>
  withoutModifiers(stored) === stored && !/^reg/.test(stored)
    ? `${text}::${type}`
    : `(SELECT x.v FROM json_to_record(json_build_object('v', ${text})) AS x(v ${type}))`

/** Types whose values can be compared where texts differ, and those that hold each of them as it is. */
const wider: readonly (readonly [RegExp, string])[] = [
  [/^(?:numeric|real|double precision)/, 'numeric'],
  [/^date/, 'timestamp without time zone'],
  [/^timestamp/, 'timestamp with time zone'],
  [/^time.* with time zone/, 'time with time zone'],
  [/^time/, 'time without time zone'],
  [/^interval/, 'interval'],
  [/^character(?:\(| |\[|$)(?!varying)/, 'bpchar'],
  [/^bit/, 'bit varying'],
]

const widerOf = (stored: string): string | undefined => {
  const type = wider.find(([form]) => form.test(stored))?.[1]
  return type && `${type}${stored.endsWith('[]') ? '[]' : ''}`
}

const withoutModifiers = (stored: string): string => stored.replace(/\([^)]*\)/, '')

/** Whether the text of a value is not all of it: the functions that print these types round. */
export const losesDigits = ({ base }: Pick<Column, 'base'>): boolean => /^_?(?:box2d|box3d|seg)$/.test(base)

/** Whether values of this type can lose something of a text that it reads. */
export const mayLose = ({ stored, simple }: Pick<Column, 'stored' | 'simple'>): boolean =>
  !simple || widerOf(stored) !== undefined || withoutModifiers(stored) !== stored

/** SQL: `text` is a value of the column, in whatever spelling. */
export function keepsValue(column: Column, text: string): string {
  const { stored, simple } = column
  const value = printed(readSql(column, text))
  const same = `${value} = ${text}`
  const wide = widerOf(stored)
  if (wide) return `CASE WHEN ${same} THEN true ELSE ${value}::${wide} = ${text}::${wide} END`
  const plain = withoutModifiers(stored)
  if (plain !== stored)
    return `CASE WHEN ${same} THEN true ELSE ${value} = ${printed(`${text}::${plain}`)} END`
  return simple ? `${value} IS NOT NULL` : same
}

/**
 * SQL: the column gives `text` back, which was printed for a value of the type `from`; or a text that means the
 * same to that type, as `1.20` does to `numeric(10,1)`.
 */
export function keepsText(column: Column, from: string, text: string): string {
  const value = printed(readSql(column, text))
  const same = `${value} = ${text}`
  if (!isBuiltIn(from) || isZoned(from) !== isZoned(column.stored)) return same
  return `CASE WHEN ${same} THEN true ELSE ${printed(`${value}::${from}`)} = ${text} END`
}

/** SQL of the text that the column gives back. */
export const givenBack = (column: Column, text: string): string => printed(readSql(column, text))

const builtIn =
  /^(?:smallint|integer|bigint|real|double precision|numeric(?:\(\d+,-?\d+\))?|boolean|text|character(?: varying)?(?:\(\d+\))?|bytea|date|time(?:stamp)?(?:\(\d\))? with(?:out)? time zone|interval(?:\(\d\))?|bit(?: varying)?(?:\(\d+\))?|uuid|inet|cidr|macaddr8?|money)(?:\[\])?$/

/** The name comes from the archive: no other may become SQL. */
const isBuiltIn = (type: string): boolean => builtIn.test(type)

/** Without a zone, a time is no certain moment. */
const isZoned = (type: string): boolean => type.includes('with time zone')
