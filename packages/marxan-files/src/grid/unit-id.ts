import type { AttributeField } from '@piecework/vector-files'
import { maxId } from '../ids/max-id.js'
import { isWhole, NUMBER } from '../numbers/decimal.js'

export type UnitIdProblem = 'null' | 'overflow' | 'not-a-number' | 'negative' | 'fraction' | 'too-large'

export type UnitId =
  | { readonly id: number; readonly spelled?: 'float' | 'text' }
  | { readonly problem: UnitIdProblem }

/** Reads an attribute value as a planning unit's id. `kind` is that of the field. */
export function unitId(text: string, kind: AttributeField['kind']): UnitId {
  if (text === '') return { problem: 'null' }
  if (/^\*+$/.test(text)) return { problem: 'overflow' }
  if (!NUMBER.test(text)) return { problem: 'not-a-number' }
  const value = Number(text)
  if (value < 0) return { problem: 'negative' }
  if (value > maxId) return { problem: 'too-large' }
  if (!isWhole(text)) return { problem: 'fraction' }
  const id = value + 0
  if (kind === 'text') return { id, spelled: 'text' }
  return /^\+?\d+$/.test(text) ? { id } : { id, spelled: 'float' }
}
