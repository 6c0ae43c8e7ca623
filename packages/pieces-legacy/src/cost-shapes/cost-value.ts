import { NUMBER } from '@piecework/marxan-files'
import type { AttributeField } from '@piecework/vector-files'

export type CostProblem = 'null' | 'overflow' | 'not-a-number' | 'negative' | 'too-large'

export type CostValue =
  | { readonly cost: number; readonly spelled?: 'text' }
  | { readonly problem: CostProblem }

/** Reads an attribute value as a cost. `kind` is that of the field. */
export function costValue(text: string, kind: AttributeField['kind']): CostValue {
  if (text === '') return { problem: 'null' }
  if (/^\*+$/.test(text)) return { problem: 'overflow' }
  if (!NUMBER.test(text)) return { problem: 'not-a-number' }
  const cost = Number(text) + 0
  if (cost < 0) return { problem: 'negative' }
  if (cost === Number.POSITIVE_INFINITY) return { problem: 'too-large' }
  return kind === 'text' ? { cost, spelled: 'text' } : { cost }
}
