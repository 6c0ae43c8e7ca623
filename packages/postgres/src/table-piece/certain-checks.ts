import type { Column, TableCheck } from './catalogue.js'

/**
 * Whether a row certainly passes: no CHECK of it is false. By the texts of its values, in the order of the columns.
 * False: the database must say.
 */
export type CertainlyPasses = (values: readonly (string | null)[]) => boolean

/** A condition that is not false, one of those that a CHECK joins by AND. */
type Term = CertainlyPasses

/**
 * Tells of the usual CHECKs (a number has a limit, a text is one of a list, two columns are given together) without the
 * database. Undefined if the expressions have another form than PostgreSQL prints for these.
 */
export function certainlyPasses(
  checks: readonly Pick<TableCheck, 'expression'>[],
  columns: readonly Pick<Column, 'name' | 'type'>[],
): CertainlyPasses | undefined {
  const terms: Term[] = []
  for (const { expression } of checks) {
    for (const sql of conjuncts(expression)) {
      const term = comparison(sql, columns) ?? oneOf(sql, columns) ?? givenTogether(sql, columns)
      if (!term) return undefined
      terms.push(term)
    }
  }
  return (values) => {
    for (const term of terms) if (!term(values)) return false
    return true
  }
}

/** Of `((a) AND (b))`: `(a)` and `(b)`. A text that has the word in it is torn, and has no known form then. */
function conjuncts(expression: string): readonly string[] {
  if (!/^\(\(.*\)\)$/s.test(expression) || !expression.includes(') AND (')) return [expression]
  return expression.slice(1, -1).split(/(?<=\)) AND (?=\()/)
}

const whole = /^-?\d{1,15}$/
const decimal = /^-?\d+(?:\.\d+)?(?:e[+-]?\d+)?$/
/** Texts of numbers, by type. Of a `numeric`, two that are one number here may differ. */
const numbers: Readonly<Record<string, { readonly form: RegExp; readonly exact: boolean }>> = {
  smallint: { form: whole, exact: true },
  integer: { form: whole, exact: true },
  bigint: { form: whole, exact: true },
  'double precision': { form: decimal, exact: true },
  numeric: { form: decimal, exact: false },
}

const literal =
  /^(?:(\d{1,15}(?:\.\d+)?)|'(-?\d{1,15}(?:\.\d+)?|-?Infinity)'::(?:integer|bigint|numeric|double precision))$/

/** `(0)::double precision`, `'-1'::integer`, `0`. */
function constantOf(sql: string): number | undefined {
  const [, inner = sql] = /^\((.*)\)::(?:double precision|numeric)$/.exec(sql) ?? []
  const [, plain, quoted] = literal.exec(inner) ?? []
  const text = plain ?? quoted
  return text === undefined ? undefined : Number(text)
}

function comparison(sql: string, columns: readonly Pick<Column, 'name' | 'type'>[]): Term | undefined {
  const [, name, operator = '', value = ''] = /^\(([a-z_][a-z0-9_]*) ([<>]=?) (.+)\)$/.exec(sql) ?? []
  const at = columns.findIndex((column) => column.name === name)
  const type = numbers[columns[at]?.type ?? '']
  const limit = constantOf(value)
  if (!type || limit === undefined) return undefined
  const { form, exact } = type
  const above = operator.startsWith('>')
  const mayEqual = exact && operator.endsWith('=')
  return (values) => {
    const text = values[at] ?? null
    if (text === null) return true
    if (!form.test(text)) return false
    const number = Number(text)
    if (!Number.isFinite(number)) return false
    return above
      ? number > limit || (mayEqual && number === limit)
      : number < limit || (mayEqual && number === limit)
  }
}

const listed = /'((?:[^'\\]|'')*)'::(?:text|character varying)/g
const list =
  /^\((?:([a-z_][a-z0-9_]*)|\(([a-z_][a-z0-9_]*)\)::text) = ANY \(\(?ARRAY\[((?:'(?:[^'\\]|'')*'::(?:text|character varying)(?:, )?)+)\](?:\)::text\[\])?\)\)$/

function oneOf(sql: string, columns: readonly Pick<Column, 'name' | 'type'>[]): Term | undefined {
  const [, plain, cast, elements = ''] = list.exec(sql) ?? []
  const at = columns.findIndex(({ name }) => name === (plain ?? cast))
  if (!/^(?:text|character varying(?:\(\d+\))?)$/.test(columns[at]?.type ?? '')) return undefined
  const texts = new Set([...elements.matchAll(listed)].map(([, text = '']) => text.replaceAll("''", "'")))
  return (values) => {
    const text = values[at] ?? null
    return text === null || texts.has(text)
  }
}

function givenTogether(sql: string, columns: readonly Pick<Column, 'name'>[]): Term | undefined {
  const [, one, other] =
    /^\(\(([a-z_][a-z0-9_]*) IS NULL\) = \(([a-z_][a-z0-9_]*) IS NULL\)\)$/.exec(sql) ?? []
  const [first, second] = [one, other].map((name) => columns.findIndex((column) => column.name === name))
  if (first === undefined || second === undefined || first < 0 || second < 0) return undefined
  return (values) => ((values[first] ?? null) === null) === ((values[second] ?? null) === null)
}
