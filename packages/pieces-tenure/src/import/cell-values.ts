import type { AttributeKind } from '../attributes/attribute-kind.js'
import { firstInexact, isExact } from '../attributes/exact-numbers.js'
import { listOf } from '../attributes/joined-list.js'
import { jsonDepth } from '../defaults.js'
import type { CellValue } from '../xlsx/write/sheet-to-write.js'

/** `cell`: the file does not say how values are written, so each is what its cell holds. */
export type ImportedKind = AttributeKind | 'cell'

const numberForm = /^-?\d+(\.\d+)?([eE][+-]?\d+)?$/

/** A number as text, with all its digits. Throws a SyntaxError for anything else, and for more digits than a double holds. */
export function numberText(cell: Exclude<CellValue, null>): string {
  const text = String(cell).trim()
  if (typeof cell !== 'boolean' && numberForm.test(text) && Number.isFinite(Number(text))) {
    if (isExact(text)) return text
    throw inexact(text)
  }
  throw new SyntaxError(`${shown(cell)} is no number such as 12.5`)
}

/**
 * A text, also where a spreadsheet program has made a number of it. Throws a SyntaxError where that has changed it: programs keep
 * 15 digits, and write truth in their own way.
 */
export function textOf(cell: Exclude<CellValue, null>): string {
  if (typeof cell === 'boolean')
    throw new SyntaxError(`${shown(cell)} is a truth value and no text; format the column as text`)
  if (typeof cell === 'number' && String(cell).replace(/\D/g, '').length > 15)
    throw new SyntaxError(
      `${shown(cell)} is a number of more digits than spreadsheets keep; format the column as text, and write it again`,
    )
  return String(cell)
}

/** Whether a text may be what a spreadsheet program has made of another: `7` of `007`, `1.23457E+16` of a long id. */
export const isDoubtful = (cell: Exclude<CellValue, null>): boolean =>
  typeof cell === 'number' || (typeof cell === 'string' && /^-?\d(\.\d+)?E\+\d+$/.test(cell))

/** The value of an attribute. Throws a SyntaxError for a cell that holds none of the kind. */
export function valueOfCell(kind: ImportedKind, cell: Exclude<CellValue, null>): unknown {
  switch (kind) {
    case 'cell':
      return checked(cell)
    case 'text':
      return checked(textOf(cell))
    case 'number':
      return Number(numberText(cell))
    case 'boolean':
      if (/^(true|false)$/i.test(String(cell))) return String(cell).toLowerCase() === 'true'
      throw new SyntaxError(`${shown(cell)} is neither true nor false`)
    case 'list':
      return checked(listOf(String(cell)))
    case 'json':
      return checked(parsed(cell))
  }
}

function parsed(cell: Exclude<CellValue, null>): unknown {
  if (typeof cell !== 'string') return cell
  let value: unknown
  try {
    value = JSON.parse(cell)
  } catch {
    throw new SyntaxError(`${shown(cell)} is no JSON; texts in JSON stand in quotes`)
  }
  const lost = firstInexact(cell)
  if (lost !== undefined) throw inexact(lost)
  return value
}

const inexact = (text: string) =>
  new SyntaxError(`${shown(text)} has more digits than a number holds; it would become ${Number(text)}`)

/** Throws a SyntaxError for what PostgreSQL does not hold. */
function checked(value: unknown, depth = 0): unknown {
  if (depth > jsonDepth) throw new SyntaxError(`JSON is nested more than ${jsonDepth} deep`)
  if (typeof value === 'string') assertStorable(value)
  else if (typeof value === 'number' && !Number.isFinite(value))
    throw new SyntaxError('a number is too large')
  else if (typeof value === 'object' && value !== null)
    for (const [name, one] of Object.entries(value)) {
      assertStorable(name)
      checked(one, depth + 1)
    }
  return value
}

const loneSurrogate = /[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/

/** Throws a SyntaxError. */
export function assertStorable(text: string): void {
  if (text.includes('\0')) throw new SyntaxError('there is a NUL character')
  if (loneSurrogate.test(text)) throw new SyntaxError('there is half a character (a lone surrogate)')
}

export const shortened = (text: string): string => (text.length > 60 ? `${text.slice(0, 60)}…` : text)

export const shown = (cell: CellValue): string => JSON.stringify(shortened(String(cell)))
