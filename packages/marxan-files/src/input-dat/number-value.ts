import type { FindingCollector, FindingLocation } from '@piecework/core/piece'
import { isWhole, NUMBER } from '../numbers/decimal.js'
import { numberProblem } from '../numbers/number-problem.js'
import { rangeText } from '../numbers/range-text.js'
import type { WholeNumberForms } from '../numbers/whole-number-forms.js'
import type { NumberRule } from './parameters.js'

export interface NumberContext {
  readonly findings: FindingCollector
  readonly location: FindingLocation & { readonly line: number }
  readonly forms: WholeNumberForms
}

/** Reads the value of a numeric key. Undefined, with an error, if it is not one. */
export function numberValue(
  key: string,
  text: string,
  rule: NumberRule,
  { findings, location, forms }: NumberContext,
): number | undefined {
  const { kind, min, max } = rule
  const value = NUMBER.test(text) ? Number(text) : Number.NaN
  if (!Number.isFinite(value)) {
    const { code, ...details } = numberProblem(text, key)
    findings.error(code, location, () =>
      details.hint === undefined && hasRemark(text)
        ? { ...details, hint: 'Nothing but the number may stand behind the key.' }
        : details,
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
    }))
    return undefined
  }
  if (!isReadable(value, rule))
    findings.warning('legacy/parameter-unreadable', location, () => ({
      message: `${key} is ${value}; Marxan 4 reads it ${rangeText(rule.readable?.[0], rule.readable?.[1])} only, and an export writes ${rule.default} instead`,
    }))
  if (kind === 'integer' && !/^[+-]?\d+$/.test(text))
    forms.add({ column: key, text, value, line: location.line })
  return value
}

/** Whether words follow a number; further digits may belong to it. */
function hasRemark(text: string): boolean {
  const [, number = '', remark = ''] = /^(\S+)\s+(.*)$/s.exec(text) ?? []
  return NUMBER.test(number) && /^[^\d.,]/.test(remark)
}

/** Whether a value, of any type, is one that Marxan can run with. */
export const isValid = (value: unknown, rule: NumberRule): value is number =>
  (rule.kind === 'integer' ? Number.isSafeInteger(value) : Number.isFinite(value)) &&
  isInRange(value as number, rule) &&
  isReadable(value as number, rule)

const isReadable = (
  value: number,
  { readable: [least, most] = [-Infinity, Infinity] }: NumberRule,
): boolean => value >= least && value <= most

const isInRange = (value: number, { min = -Infinity, max = Infinity }: NumberRule): boolean =>
  value >= min && value <= max
