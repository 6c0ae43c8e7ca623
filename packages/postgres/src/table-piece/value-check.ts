const real = /^\s*[+-]?(?:(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?|nan|inf(?:inity)?)\s*$/i
const whole = /^\s*[+-]?\d+\s*$/

/** Whether the text may be a value of the type; where nothing cheap can tell, it may. COPY has the last word. */
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

const json: ValueCheck = (text) => {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}

const checks: ReadonlyMap<string, ValueCheck> = new Map<string, ValueCheck>([
  ['uuid', (text) => /^\{?(?:[0-9a-f]{4}-?){7}[0-9a-f]{4}\}?$/i.test(text)],
  ['int2', within(16)],
  ['int4', within(32)],
  ['int8', within(64)],
  ['float4', (text) => real.test(text)],
  ['float8', (text) => real.test(text)],
  ['numeric', (text) => real.test(text)],
  [
    'bool',
    (text) => /^\s*(?:t(?:r(?:ue?)?)?|f(?:a(?:l(?:se?)?)?)?|y(?:es?)?|no?|on|off?|[01])\s*$/i.test(text),
  ],
  ['json', json],
  ['jsonb', json],
])

/** @param base name of the type: `int4` */
export const valueCheck = (base: string): ValueCheck | undefined => checks.get(base)
