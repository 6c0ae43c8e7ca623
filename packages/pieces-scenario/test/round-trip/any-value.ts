import fc from 'fast-check'

// Values are texts as PostgreSQL reads them: no JavaScript number stands for -0, 2^53 + 1 or 1e400.

const withoutNul = (text: string): string => text.replaceAll('\0', '')

const tricky = [
  '\\.',
  '\\N',
  '\\',
  '"',
  '""',
  "'",
  ',',
  '\n',
  '\r',
  '\r\n',
  '\t',
  ' ',
  '',
  'NULL',
  'null',
  '\uFEFF',
  'e\u0301',
  'é',
  'שלום',
  '\u202e',
  '👩‍👩‍👧',
  '\u{10FFFF}',
  '\u0001',
  '\u007f',
  '\u0085',
  '\u2028',
  '007',
  '1e5',
  'NaN',
  '{"a":1}',
  '=1+1',
]

/** Anything but NUL, which PostgreSQL does not store. */
export const anyText: fc.Arbitrary<string> = fc.oneof(
  fc.constantFrom(...tricky),
  fc.string({ unit: 'binary', maxLength: 12 }).map(withoutNul),
  fc.array(fc.constantFrom(...tricky), { maxLength: 4 }).map((parts) => parts.join('')),
)

const asFloat = (value: number): string => (Object.is(value, -0) ? '-0' : String(value))
const largest = String(Number.MAX_VALUE)

/** With NaN and both infinities. */
export const anyFloat: fc.Arbitrary<string> = fc.oneof(
  fc.double().map(asFloat),
  fc.constantFrom(
    '0',
    '-0',
    '5e-324',
    '-5e-324',
    largest,
    `-${largest}`,
    'NaN',
    'Infinity',
    '-Infinity',
    '0.1',
  ),
)

export const anyAmount: fc.Arbitrary<string> = fc.oneof(
  fc.double({ min: 0, noNaN: true, noDefaultInfinity: true }).map(asFloat),
  fc.constantFrom('0', '-0', '5e-324', largest, '0.30000000000000004'),
)

/** What a check of `>= 0` lets pass: for PostgreSQL, NaN is the largest of all. */
export const anyNotNegative: fc.Arbitrary<string> = fc.oneof(anyAmount, fc.constantFrom('NaN', 'Infinity'))

export const anyPositive: fc.Arbitrary<string> = anyNotNegative.filter((value) => Number(value) !== 0)

const highest = 2 ** 31 - 1

/** 4 bytes. */
export function anyInteger(min = -(2 ** 31)): fc.Arbitrary<string> {
  return fc
    .oneof(
      fc.integer({ min, max: min + 5 }),
      fc.integer({ min, max: highest }),
      fc.constantFrom(min, highest),
    )
    .map(String)
}

export const anyBoolean: fc.Arbitrary<string> = fc.boolean().map(String)

export const anyTime: fc.Arbitrary<string> = fc.oneof(
  fc
    .date({ noInvalidDate: true, min: new Date(0), max: new Date('9999-12-31') })
    .map((date) => date.toISOString()),
  fc.constantFrom(
    '2020-02-29 12:34:56.789012+05:30',
    'infinity',
    '-infinity',
    '4713-01-01 00:00:00+00 BC',
    '294276-12-31 23:59:59.999999+00',
  ),
)

export const anyBytes: fc.Arbitrary<string> = fc
  .uint8Array({ maxLength: 12 })
  .map((bytes) => `\\x${Buffer.from(bytes).toString('hex')}`)

/** Text of a jsonb. A JSON null is not an SQL NULL, and numbers go beyond what JavaScript knows. */
export const anyJson: fc.Arbitrary<string> = fc.oneof(
  fc.constantFrom(
    'null',
    '""',
    '{}',
    '[]',
    '1e400',
    '-0',
    '-0.0',
    '1.10',
    '9007199254740993',
    '{"":{"a":[null]}}',
  ),
  fc
    .jsonValue({ maxDepth: 2, stringUnit: 'binary' })
    .map((value) => withoutNul(JSON.stringify(value, noNul))),
)

const noNul = (_key: string, value: unknown): unknown => {
  if (typeof value === 'string') return withoutNul(value)
  if (value === null || typeof value !== 'object' || Array.isArray(value)) return value
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [withoutNul(key), member]))
}
