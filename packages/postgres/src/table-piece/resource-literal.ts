import { PieceworkError } from '@piecework/core/piece'
import { textLiteral } from '../database/text-literal.js'
import type { Column } from './catalogue.js'
import { keyFamily } from './key-family.js'

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/
const integerBits: Readonly<Record<string, number>> = { int2: 16, int4: 32, int8: 64 }
const textTypes: readonly string[] = ['text', 'varchar', 'bpchar']

/** Why no resource's id can stand in such a column, as the end of a sentence; undefined if it can. */
export function resourceIdProblem({ base, type, deterministic }: Column): string | undefined {
  if (!deterministic)
    return 'compares different texts as equal, so that one resource would have two ids in a claim'
  if (keyFamily({ base }) !== undefined) return undefined
  return `is ${type}, and a resource's id is uuid, text, varchar, char, smallint, integer or bigint`
}

/**
 * SQL of a resource's id, as a value of the column that holds it. Throws for an id that is not spelled as the
 * column prints it: the row would be found, and what is held under the id would not.
 */
export function resourceLiteral(column: Column, id: string): string {
  if (!isSpelledAs(column.base, id)) {
    const message = `${JSON.stringify(id.slice(0, 100))} is no id in a column of type ${column.type}; see "key" of the resource kind.`
    throw new PieceworkError('registry-invalid', message)
  }
  const type = textTypes.includes(column.base) && column.base !== 'bpchar' ? 'text' : column.base
  return `${textLiteral(id)}::pg_catalog.${type}`
}

function isSpelledAs(base: string, id: string): boolean {
  if (base === 'uuid') return uuid.test(id)
  if (textTypes.includes(base)) return !id.includes('\0')
  const bits = integerBits[base]
  if (bits === undefined || !/^(?:0|-?[1-9]\d{0,18})$/.test(id)) return false
  const half = 2n ** BigInt(bits - 1)
  return BigInt(id) >= -half && BigInt(id) < half
}
