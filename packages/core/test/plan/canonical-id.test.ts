import assert from 'node:assert/strict'
import fc from 'fast-check'
import { suite } from 'uvu'
import { canonicalId } from '#internal/plan/canonical-id.js'

const test = suite('canonical ids')

const sequence = { sequence: 'public.projects_id_seq' }

test('exclusion: every spelling of a uuid that PostgreSQL reads is one id', () => {
  const spelled = fc.record({
    uuid: fc.uuid(),
    upper: fc.array(fc.boolean(), { minLength: 36, maxLength: 36 }),
    dashes: fc.array(fc.boolean(), { minLength: 7, maxLength: 7 }),
    braces: fc.boolean(),
  })
  fc.assert(
    fc.property(spelled, ({ uuid, upper, dashes, braces }) => {
      const groups = uuid.replaceAll('-', '').match(/.{4}/g) ?? []
      const text = groups.map((group, at) => group + (dashes[at] ? '-' : '')).join('')
      const cased = [...text].map((one, at) => (upper[at] ? one.toUpperCase() : one)).join('')
      assert.equal(canonicalId('uuid', braces ? `{${cased}}` : cased), uuid)
    }),
  )
})

test('exclusion: what is no uuid is no id', () => {
  const uuid = 'aaaaaaaa-0000-4000-8000-000000000001'
  for (const text of [
    '',
    'b1',
    '7',
    ` ${uuid}`,
    `${uuid} `,
    `${uuid}\n`,
    `{${uuid}`,
    `${uuid}}`,
    `{{${uuid}}}`,
    uuid.slice(1),
    `${uuid}0`,
    `-${uuid}`,
    `${uuid}-`,
    uuid.replace('-', '--'),
    uuid.replace('-', '–'),
    uuid.replace('a', 'g'),
    uuid.replace('a', 'а'),
    `${uuid}\0`,
    `urn:uuid:${uuid}`,
  ])
    assert.equal(canonicalId('uuid', text), undefined, JSON.stringify(text))
})

test('exclusion: every spelling of an integer in decimals is one id', () => {
  const least = -(2n ** 63n)
  const most = 2n ** 63n - 1n
  fc.assert(
    fc.property(
      fc.bigInt({ min: least, max: most }),
      fc.nat(5),
      fc.constantFrom('', ' ', '\t', '\n '),
      (value, zeros, blank) => {
        const digits = '0'.repeat(zeros) + String(value < 0n ? -value : value)
        const sign = value < 0n ? ['-'] : ['', '+']
        for (const one of sign)
          assert.equal(canonicalId(sequence, blank + one + digits + blank), String(value))
      },
    ),
    {
      examples: [
        [0n, 3, ''],
        [least, 0, ''],
        [most, 2, ' '],
      ],
    },
  )
  assert.equal(canonicalId(sequence, '-0'), '0')
  // What a driver gives a host.
  assert.equal(canonicalId(sequence, 42), '42')
  assert.equal(canonicalId(sequence, 42n), '42')
})

test('exclusion: what PostgreSQL 16 reads as an integer is the same id', () => {
  const spellings = [
    '255',
    '0xff',
    '0XFF',
    '0x_f_f',
    '0o377',
    '0b1111_1111',
    '+0xFF',
    '2_5_5',
    '000_255',
    '\v255\f',
  ]
  for (const one of spellings) assert.equal(canonicalId(sequence, one), '255', one)
  assert.equal(canonicalId(sequence, '-0x8000_0000_0000_0000'), '-9223372036854775808')
  assert.equal(canonicalId(sequence, '0x8000_0000_0000_0000'), undefined)
})

test('exclusion: what is no integer of 64 bits is no id', () => {
  for (const text of [
    '',
    ' ',
    '+',
    '- 1',
    '1.0',
    '1e3',
    '0x',
    '0x1g',
    '0o8',
    '0b2',
    '1_',
    '_1',
    '1__0',
    '\u00a01',
    2 ** 53,
    '١',
    '9223372036854775808',
    '-9223372036854775809',
    '9'.repeat(1000),
    '1;2',
    '1\0',
    1.5,
    Number.NaN,
    Number.POSITIVE_INFINITY,
    null,
    undefined,
    {},
  ])
    assert.equal(canonicalId(sequence, text), undefined, JSON.stringify(text))
})

test('exclusion: a text is the id that it is, of bounded length', () => {
  const texts = [
    'clh3am1g30000udoc4r7x8j2k',
    'A',
    'a',
    'a/b:c',
    '../x',
    ' a',
    'ä',
    'ä',
    '🐟',
    "o'c",
    '\\',
    'é'.repeat(127),
  ]
  for (const text of texts) assert.equal(canonicalId('cuid', text), text)
  for (const text of ['', 'a\0', 'a ', '\ud800', 'é'.repeat(128), 'a'.repeat(256), 7])
    assert.equal(canonicalId('cuid', text), undefined, JSON.stringify(text))
})

test('exclusion: a canonical id is its own canonical id', () => {
  const forms = ['uuid', 'cuid', 'natural', { hex: 24 }, sequence] as const
  fc.assert(
    fc.property(
      fc.constantFrom(...forms),
      fc.oneof(fc.uuid(), fc.string(), fc.bigInt().map(String)),
      (form, id) => {
        const canonical = canonicalId(form, id)
        if (canonical !== undefined) assert.equal(canonicalId(form, canonical), canonical)
      },
    ),
  )
})

test.run()
