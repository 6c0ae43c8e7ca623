import type { FindingCollector, FindingLocation } from '../findings.js'
import { isWhole, NUMBER } from '../numbers/decimal.js'
import { numberProblem } from '../numbers/number-problem.js'
import { rangeText } from '../numbers/range-text.js'
import type { Parameter } from './parameters.js'

/** Reads the value of a numeric key. Undefined, with an error told, where it is none. */
export function parameterValue(
  key: string,
  text: string,
  { kind, min = -Infinity, max = Infinity, ...rule }: Parameter,
  findings: FindingCollector,
  place: FindingLocation,
): number | undefined {
  const value = NUMBER.test(text) ? Number(text) : Number.NaN
  if (!Number.isFinite(value)) {
    const { code, ...told } = numberProblem(text, key)
    const [number = ''] = text.split(/\s/, 1)
    const trailing = number !== text && NUMBER.test(number)
    findings.error(code, place, () =>
      trailing ? { ...told, hint: 'Nothing but the number may stand behind the key.' } : told,
    )
    return undefined
  }
  if (kind === 'integer' && !(isWhole(text) && Number.isSafeInteger(value))) {
    findings.error('legacy/integer-invalid', place, () => ({
      message: `${key} is ${text}, which is not a whole number`,
    }))
    return undefined
  }
  if (value < min || value > max) {
    findings.error('legacy/out-of-range', place, () => ({
      message: `${key} is ${value}; it must be ${rangeText(finite(min), finite(max))}`,
      hint: `Its default is ${rule.default}.`,
    }))
    return undefined
  }
  if (kind === 'integer' && !/^[+-]?\d+$/.test(text))
    findings.warning('legacy/integer-form', place, () => ({
      message: `${key} is written as ${text} and read as ${value}`,
      hint: 'Write it as a whole number: Marxan itself reads such a value wrongly.',
    }))
  return value
}

const finite = (bound: number) => (Number.isFinite(bound) ? bound : undefined)
