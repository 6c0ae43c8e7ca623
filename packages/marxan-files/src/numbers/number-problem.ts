import type { FindingDetails } from '@piecework/core/piece'
import { NUMBER } from './decimal.js'

/** Why a text is not the number that a cell or a parameter asks for. */
export function numberProblem(text: string, name: string): FindingDetails & { readonly code: string } {
  const shown = JSON.stringify(text.length > 40 ? `${text.slice(0, 40)}…` : text)
  if (text === '') return { code: 'legacy/value-empty', message: `${name} is empty where a number is needed` }
  if (/^[+-]?\d*,\d+(?:[eE][+-]?\d+)?$/.test(text))
    return {
      code: 'legacy/decimal-comma',
      message: `${name} is ${shown}, which has a decimal comma`,
      hint: 'Write numbers with a point: 10.5, not 10,5.',
    }
  if (NUMBER.test(text))
    return { code: 'legacy/number-too-large', message: `${name} is ${shown}, which is too large a number` }
  if (/^[+-]?\d{1,3}(?:[.,' ]\d{3})+(?:[.,]\d+)?$/.test(text))
    return {
      code: 'legacy/number-invalid',
      message: `${name} is ${shown}, which has separators of thousands`,
      hint: 'Write numbers without them, and with a point: 1000.5.',
    }
  return { code: 'legacy/number-invalid', message: `${name} is ${shown}, which is not a number` }
}
