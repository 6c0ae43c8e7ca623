const BODY = /^([+-]?)(\d*(?:[.,'\u2019_ \u00a0\u2007\u2009\u202f\u066b\u066c]\d+)+)((?:[eE][+-]?\d+)?)$/

/** What a number with separators of other countries may mean. */
export interface Readings {
  /** With a point and nothing else. One or two: "2,500" is 2.5 or 2500. */
  readonly values: readonly string[]
  readonly decimalComma: boolean
  /** What stands between groups of digits. */
  readonly group?: string
}

/** Undefined for a text that is no number with separators. */
export function readings(text: string): Readings | undefined {
  const [, sign = '', body, exponent = ''] = BODY.exec(text) ?? []
  if (body === undefined) return undefined
  const marks = [...body.replace(/\d/g, '')]
  const parts = body.split(/\D/)
  const last = marks.at(-1) ?? ''
  const value = (whole: readonly string[], decimals?: string) =>
    `${sign}${plain(whole.join(''), decimals)}${exponent}`
  const values: string[] = []
  const isDecimal =
    /[.,\u066b]/.test(last) &&
    marks.filter((mark) => mark === last).length === 1 &&
    areGroups(parts.slice(0, -1), marks.slice(0, -1))
  if (isDecimal) values.push(value(parts.slice(0, -1), parts.at(-1)))
  const areThousands = areGroups(parts, marks)
  if (areThousands) values.push(value(parts))
  if (values.length === 0) return undefined
  const group = areThousands ? last : marks.length > 1 ? marks[0] : undefined
  return { values, decimalComma: isDecimal && last !== '.', ...(group !== undefined && { group }) }
}

/** Groups of three digits, or in India of two before the last one, with the same mark between all of them. */
function areGroups(parts: readonly string[], marks: readonly string[]): boolean {
  const [first = '', ...others] = parts
  if (others.length === 0) return true
  if (new Set(marks).size > 1 || !/^[1-9]\d{0,2}$/.test(first)) return false
  const before = others.slice(0, -1)
  return (
    others.at(-1)?.length === 3 &&
    (before.every(({ length }) => length === 3) ||
      (marks[0] === ',' && first.length < 3 && before.every(({ length }) => length === 2)))
  )
}

/** All digits that count, as people write them. */
function plain(whole: string, decimals = ''): string {
  const before = whole.replace(/^0+(?=\d)/, '') || '0'
  const after = decimals.replace(/0+$/, '')
  return after === '' ? before : `${before}.${after}`
}
