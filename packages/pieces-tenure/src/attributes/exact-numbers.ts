/** Whether a number keeps its value as a double: digits that only name the double more closely are no loss. */
export function isExact(text: string): boolean {
  if (text.length < 16 && !/[eE]/.test(text)) return true
  const number = Number(text)
  if (!Number.isFinite(number)) return false
  const [digits] = parts(text)
  // More than a double is ever printed with.
  if (digits.length > 100) return false
  return same(text, String(number)) || same(text, number.toPrecision(Math.max(1, digits.length)))
}

/** The first number of a JSON document that a double does not hold. */
export function firstInexact(json: string): string | undefined {
  if (!/[\d.]{16}|\d[eE]/.test(json)) return undefined
  for (const [token] of json.matchAll(/"[^"\\]*(?:\\.[^"\\]*)*"|-?\d[\d.eE+-]*/g))
    if (token[0] !== '"' && !isExact(token)) return token
  return undefined
}

const same = (one: string, other: string): boolean => parts(one).join() === parts(other).join()

/** Digits without zeros at their ends, the power of ten that they are to be multiplied by, and the sign. */
function parts(text: string): readonly [digits: string, power: number, sign: string] {
  const [, sign = '', whole = '', part = '', power = '0'] =
    /^([+-]?)(\d*)\.?(\d*)(?:[eE]([+-]?\d+))?$/.exec(text) ?? []
  const all = (whole + part).replace(/^0+/, '')
  let end = all.length
  while (all[end - 1] === '0') end--
  if (end === 0) return ['', 0, '']
  return [all.slice(0, end), Number(power) - part.length + all.length - end, sign === '-' ? '-' : '']
}
