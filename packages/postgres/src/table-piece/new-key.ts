import { type ImportContext, PieceworkError } from '@piecework/core/piece'
import type { Column } from './catalogue.js'
import { drawnIdExpression } from './drawn-id.js'
import { idExpression } from './id-expression.js'
import { keyFamily } from './key-family.js'
import type { KeyTarget } from './key-target.js'
import type { ReservedKeysOf } from './keys/reserved-keys.js'
import { uuidExpression } from './uuid-expression.js'

/**
 * SQL for the new key of the row of `target` whose old key is `expression`; NULL for NULL. Every statement of
 * a table piece makes new keys by it.
 */
export function newKeySql(
  { ids, keys }: Pick<ImportContext, 'ids'> & { readonly keys: ReservedKeysOf },
  target: KeyTarget,
  expression: string,
): string {
  const { name, table, key } = target
  const column = table.columns.get(key)
  const drawn = ids.drawn(name)
  if (drawn && column) return `${drawnIdExpression(drawn, expression)}::${column.type}`
  const form = ids.form(name)
  if (form === 'natural' || !column) return expression
  const family = keyFamily(column)
  if (family === 'uuid') return uuidExpression(ids.key(name), expression)
  if (family === 'integer') return `(${keys.get(name)?.sql(expression) ?? 'NULL'})::${column.type}`
  if (family !== 'text') return `NULL::${column.type}`
  if (form === undefined) throw undeclared(table, column)
  return `(${idExpression(ids, name, expression)})::${column.type}`
}

function undeclared(table: KeyTarget['table'], { name }: Column): PieceworkError {
  const message = `Keys of "${table.name}" are texts, and no piece declares what new ones look like, as by { table: '${table.name}', key: 'cuid' }.`
  return new PieceworkError('registry-invalid', message, { facts: { table: table.name, column: name } })
}

/** SQL of a text as a key of that table; NULL if it cannot be one. A document may hold any text in the place of an id. */
export function keyOfText({ table, key }: KeyTarget, text: string): string {
  const column = table.columns.get(key)
  const family = column && keyFamily(column)
  if (family === 'integer') {
    const whole = `CASE WHEN (${text}) ~ '^(0|-?[1-9][0-9]{0,18})$' THEN (${text})::numeric END`
    const range = column?.base === 'int8' ? '63' : column?.base === 'int4' ? '31' : '15'
    return `(SELECT CASE WHEN n.v BETWEEN -(2::numeric ^ ${range}) AND 2::numeric ^ ${range} - 1 THEN n.v END FROM (SELECT ${whole} AS v OFFSET 0) n)::${column?.type}`
  }
  if (family === 'text') return `(${text})::${column?.type}`
  return `CASE WHEN (${text}) ~* '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' THEN (${text})::uuid END`
}
