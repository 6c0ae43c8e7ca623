import type { FindingCollector, FindingLocation } from '@piecework/core/piece'
import { isWhole, NUMBER } from '../numbers/decimal.js'
import { numberProblem } from '../numbers/number-problem.js'
import { rangeText } from '../numbers/range-text.js'
import type { NumberRule } from './parameters.js'

/** Reads the value of a numeric key. Undefined, with an error, if it is not one. */
export function numberValue(
  key: string,
  text: string,
  rule: NumberRule,
  findings: FindingCollector,
  location: FindingLocation,
): number | undefined {
  const { kind, min, max } = rule
  const value = NUMBER.test(text) ? Number(text) : Number.NaN
  if (!Number.isFinite(value)) {
    const { code, ...details } = numberProblem(text, key)
    const [number = ''] = text.split(/\s/, 1)
    const trailing = number !== text && NUMBER.test(number)
    findings.error(code, location, () =>
      trailing ? { ...details, hint: 'Nothing but the number may stand behind the key.' } : details,
    )
    return undefined
  }
  if (kind === 'integer' && !(isWhole(text) && Number.isSafeInteger(value))) {
    findings.error('legacy/integer-invalid', location, () => ({
      message: `${key} is ${text}, which is not a whole number`,
    }))
    return undefined
  }
  if (!isInRange(value, rule)) {
    findings.error('legacy/out-of-range', location, () => ({
      message: `${key} is ${value}; it must be ${rangeText(min, max)}`,
      hint: `Its default is ${rule.default}.`,
    }))
    return undefined
  }
  if (kind === 'integer' && !/^[+-]?\d+$/.test(text))
    findings.warning('legacy/integer-form', location, () => ({
      message: `${key} is written as ${text} and read as ${value}`,
      hint: 'Write it as a whole number: Marxan itself reads such a value wrongly.',
    }))
  return value
}

/** Whether a value, of any type, is one that the key can have. */
export const isValid = (value: unknown, rule: NumberRule): value is number =>
  (rule.kind === 'integer' ? Number.isSafeInteger(value) : Number.isFinite(value)) &&
  isInRange(value as number, rule)

const isInRange = (value: number, { min = -Infinity, max = Infinity }: NumberRule): boolean =>
  value >= min && value <= max
