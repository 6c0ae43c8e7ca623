import type { AttributeField, AttributeRecord } from '@piecework/vector-files'
import { type UnitId, unitId } from './unit-id.js'

/** A planning unit's id as the attribute has it. */
export interface IdText {
  readonly id: UnitId
  /** For messages; undefined if it is the digits of an integer. */
  readonly text: string | undefined
}

export function idText(record: AttributeRecord, field: AttributeField): IdText {
  const id = field.kind === 'text' ? undefined : record.digits(field)
  if (id !== undefined) return { id: { id }, text: undefined }
  const text = record.numberText(field)
  return { id: unitId(text, field.kind), text }
}
