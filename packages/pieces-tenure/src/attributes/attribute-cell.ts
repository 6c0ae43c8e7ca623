import { cellText, textOfCell } from '../cell-text.js'
import type { AttributeKind } from './attribute-kind.js'
import { joinedList, listOf } from './joined-list.js'

/** The cell of a value; null for what is missing. The value is of the kind, or the kind is `json`. */
export function attributeCell(kind: AttributeKind, value: unknown): string | null {
  if (value === null || value === undefined) return null
  switch (kind) {
    case 'text':
      return cellText(value as string)
    case 'list':
      return cellText(joinedList(value as readonly string[]))
    case 'json':
      return cellText(JSON.stringify(value))
    case 'number':
    case 'boolean':
      return String(value)
  }
}

/**
 * The value of a cell that `attributeCell` has written; undefined if it is missing. Throws a SyntaxError for what is no
 * value of the kind.
 */
export function attributeValue(kind: AttributeKind, cell: string | null): unknown {
  if (cell === null) return undefined
  switch (kind) {
    case 'text':
      return textOfCell(cell)
    case 'list':
      return listOf(textOfCell(cell))
    case 'json':
      return JSON.parse(textOfCell(cell))
    case 'number':
    case 'boolean': {
      const value: unknown = JSON.parse(cell)
      if (typeof value === kind) return value
      throw new SyntaxError(`${JSON.stringify(cell)} is no ${kind}`)
    }
  }
}
