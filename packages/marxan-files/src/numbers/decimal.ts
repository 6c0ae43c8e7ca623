const ZERO = 0x30
const MINUS = 0x2d
const PLUS = 0x2b
const DOT = 0x2e
const LARGE_E = 0x45
const SMALL_E = 0x65

/** Powers of ten that a double holds exactly. */
const POWERS = Float64Array.from({ length: 23 }, (_, exponent) => Number(`1e${exponent}`))

/** A decimal number as people and programs write it: no Infinity, no hexadecimal. Takes linear time on any text. */
export const NUMBER = /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?$/

/** Whether a text that `NUMBER` matches is exactly an integer; `Number` takes 1.00000000000000000001 for 1, and 1e-400 for 0. */
export function isWhole(text: string): boolean {
  const [mantissa = '', exponent = '0'] = text.toLowerCase().split('e')
  const digits = mantissa.replace(/^[+-]/, '')
  const point = digits.includes('.') ? digits.indexOf('.') : digits.length
  let last = digits.length - 1
  while (last >= 0 && (digits[last] === '0' || digits[last] === '.')) last -= 1
  const decimals = last > point ? last - point : last + 1 - point
  return last < 0 || decimals <= Number(exponent)
}

/**
 * The number in `bytes[start, end)`, equal to `Number(text)`; NaN where the text is no finite decimal number. Digits up to 2^53 with a
 * power of ten up to 22 need one exactly rounded operation; others go the way of a string.
 */
export function decimal(bytes: Buffer, start: number, end: number): number {
  let at = start
  const sign = bytes[at]
  if (sign === MINUS || sign === PLUS) at += 1
  let digits = 0
  const whole = at
  for (; at < end; at += 1) {
    const digit = (bytes[at] as number) - ZERO
    if (digit < 0 || digit > 9) break
    digits = digits * 10 + digit
  }
  let count = at - whole
  let exponent = 0
  if (at < end && bytes[at] === DOT) {
    at += 1
    const fraction = at
    for (; at < end; at += 1) {
      const digit = (bytes[at] as number) - ZERO
      if (digit < 0 || digit > 9) break
      digits = digits * 10 + digit
    }
    exponent = fraction - at
    count += at - fraction
  }
  if (count === 0) return Number.NaN
  if (at < end) {
    if (bytes[at] !== SMALL_E && bytes[at] !== LARGE_E) return Number.NaN
    return slow(bytes, start, end)
  }
  if (digits > Number.MAX_SAFE_INTEGER || exponent < -22) return slow(bytes, start, end)
  const value = exponent === 0 ? digits : digits / (POWERS[-exponent] as number)
  return sign === MINUS ? -value : value
}

function slow(bytes: Buffer, start: number, end: number): number {
  const text = bytes.toString('latin1', start, end)
  if (!NUMBER.test(text)) return Number.NaN
  const value = Number(text)
  return Number.isFinite(value) ? value : Number.NaN
}
