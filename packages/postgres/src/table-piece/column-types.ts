const real = /^\s*[+-]?(?:(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?|nan|inf(?:inity)?)\s*$/i
const whole = /^\s*[+-]?\d+\s*$/

/** Whether the text may be a value of the type. True if that is expensive to check: COPY decides. */
export type ValueCheck = (text: string) => boolean

const within = (bits: number): ValueCheck => {
  const limit = 1n << BigInt(bits - 1)
  return (text) => {
    if (!whole.test(text)) return /^\s*[+-]?0[xob]/i.test(text)
    if (text.length < 5) return true
    const value = BigInt(text.trim().replace(/^\+/, ''))
    return value >= -limit && value < limit
  }
}

/**
 * @param rounded rounds to the type's precision: a value that becomes infinite or 0 is out of the type's
 * range
 */
const float =
  (rounded: (value: number) => number): ValueCheck =>
  (text) => {
    if (!real.test(text)) return false
    const value = rounded(Number(text))
    if (value === 0) return /^[^1-9e]*(?:e.*)?$/i.test(text)
    return Number.isFinite(value) || /[ni]/i.test(text)
  }

const json: ValueCheck = (text) => {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}

/** NUL and lone surrogates, which JSON.stringify escapes, are refused by jsonb. */
const refusedEscape = /(?<!\\)(?:\\\\)*\\u(?:0000|d[89a-f]..)/
const jsonb: ValueCheck = (text) =>
  json(text) && !(text.includes('\\u') && refusedEscape.test(JSON.stringify(JSON.parse(text))))

const checks: ReadonlyMap<string, ValueCheck> = new Map<string, ValueCheck>([
  ['uuid', (text) => /^\{?(?:[0-9a-f]{4}-?){7}[0-9a-f]{4}\}?$/i.test(text)],
  ['int2', within(16)],
  ['int4', within(32)],
  ['int8', within(64)],
  ['float4', float(Math.fround)],
  ['float8', float((value) => value)],
  ['numeric', (text) => real.test(text)],
  [
    'bool',
    (text) => /^\s*(?:t(?:r(?:ue?)?)?|f(?:a(?:l(?:se?)?)?)?|y(?:es?)?|no?|on|off?|[01])\s*$/i.test(text),
  ],
  ['json', json],
  ['jsonb', jsonb],
])

/** @param base name of the type: `int4` */
export const valueCheck = (base: string): ValueCheck | undefined => checks.get(base)
