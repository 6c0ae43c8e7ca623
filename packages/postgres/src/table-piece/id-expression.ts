import { type Ids, isTextForm, type KeyShape, keyShape, PieceworkError } from '@piecework/core/piece'
import { drawnIdExpression } from './drawn-id.js'
import { uuidExpression } from './uuid-expression.js'

/**
 * SQL (text) for the new id of the row of `table` whose old id is `expression`, equal to `ids.idOf`; NULL for
 * NULL. `expression`: any SQL that casts to text.
 */
export function idExpression(
  ids: Pick<Ids, 'key' | 'form' | 'drawn'>,
  table: string,
  expression: string,
): string {
  const drawn = ids.drawn(table)
  if (drawn) return drawnIdExpression(drawn, expression)
  const form = ids.form(table) ?? 'uuid'
  if (form === 'natural') return `(${expression})::text`
  if (isTextForm(form)) return shapeExpression(keyShape(form), ids.key(table), expression)
  throw new PieceworkError('unsupported', `Keys of "${table}" come from a sequence.`)
}

function shapeExpression(shape: KeyShape, key: Uint8Array, expression: string): string {
  if (shape.type === 'uuid') {
    const uuid = `(${uuidExpression(key, expression)})::text`
    return shape.dashes ? uuid : `replace(${uuid}, '-', '')`
  }
  const digest = `sha256('\\x${Buffer.from(key).toString('hex')}'::bytea || convert_to((${expression})::text, 'UTF8'))`
  if (shape.type === 'hex') return `substr(encode(${digest}, 'hex'), 1, ${shape.length})`
  const { alphabets } = shape
  const characters = alphabets.map((alphabet, at) =>
    alphabet.length === 1
      ? `'${alphabet}'`
      : `substr('${alphabet}', get_byte(h.b, ${at}) % ${alphabet.length} + 1, 1)`,
  )
  const bytes = alphabets.length > 32 ? 'd.b || sha256(d.b)' : 'd.b'
  // The digest is computed once; without a digest there is no character, not even the first of a cuid.
  return `(SELECT CASE WHEN h.b IS NOT NULL THEN ${characters.join(' || ')} END FROM (SELECT ${bytes} AS b FROM (SELECT ${digest} AS b OFFSET 0) d OFFSET 0) h)`
}
