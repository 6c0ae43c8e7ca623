import { NUMBER } from '@piecework/marxan-files'

export type CostProblem = 'null' | 'overflow' | 'not-a-number' | 'negative' | 'too-large'

export type CostValue =
  | { readonly cost: number; readonly spelled?: 'text' }
  | { readonly problem: CostProblem }

/** Reads an attribute value as a cost. `fieldType` is dBASE's letter. */
export function costValue(text: string, fieldType: string): CostValue {
  if (text === '') return { problem: 'null' }
  if (/^\*+$/.test(text)) return { problem: 'overflow' }
  if (!NUMBER.test(text)) return { problem: 'not-a-number' }
  const cost = Number(text) + 0
  if (cost < 0) return { problem: 'negative' }
  if (cost === Number.POSITIVE_INFINITY) return { problem: 'too-large' }
  return fieldType === 'C' ? { cost, spelled: 'text' } : { cost }
}
