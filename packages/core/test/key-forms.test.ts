import assert from 'node:assert/strict'
import { isPieceworkError } from '@piecework/core'
import { checkDeclaration, jobIds, type KeyForm, keyFormCheck, type TextForm } from '@piecework/core/piece'
import fc from 'fast-check'
import { suite } from 'uvu'

const test = suite('forms of keys')

const looks: readonly (readonly [TextForm, RegExp])[] = [
  ['uuid', /^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-8[0-9a-f]{3}-[0-9a-f]{12}$/],
  ['uuid-hex', /^[0-9a-f]{12}8[0-9a-f]{3}8[0-9a-f]{15}$/],
  [{ hex: 24 }, /^[0-9a-f]{24}$/],
  [{ hex: 64 }, /^[0-9a-f]{64}$/],
  ['cuid', /^c[0-9a-z]{24}$/],
  ['cuid2', /^[a-z][0-9a-z]{23}$/],
  [{ cuid2: 32 }, /^[a-z][0-9a-z]{31}$/],
  ['ulid', /^[0-7][0-9A-HJKMNP-TV-Z]{25}$/],
  ['nanoid', /^[\w-]{21}$/],
  [{ nanoid: { length: 40 } }, /^[\w-]{40}$/],
  [{ nanoid: { length: 26, alphabet: '0123456789' } }, /^\d{26}$/],
]

test('new ids: a new key looks like the keys that the table has', () => {
  for (const [form, pattern] of looks) {
    const ids = jobIds('job', { forms: new Map([['t', form]]) })
    fc.assert(fc.property(fc.string(), (old) => assert.match(ids.idOf('t', old), pattern)))
  }
})

test('new ids: different old keys become different keys, and every character of an alphabet is used', () => {
  for (const [form] of looks) {
    const ids = jobIds('job', { forms: new Map([['t', form]]) })
    const made = Array.from({ length: 2000 }, (_, at) => ids.idOf('t', String(at)))
    assert.equal(new Set(made).size, made.length)
    const last = new Set(made.map((id) => id.at(-1)))
    assert.ok(last.size >= 10, `${JSON.stringify(form)} ends in ${[...last].join('')}`)
  }
})

test('new ids: a natural key travels as it is; one of a sequence is refused by name', () => {
  const forms = new Map<string, KeyForm>([
    ['countries', 'natural'],
    ['units', { sequence: 'public.units_id_seq' }],
  ])
  const ids = jobIds('job', { forms })
  assert.equal(ids.idOf('countries', 'DE'), 'DE')
  assert.throws(
    () => ids.idOf('units', '1'),
    (error) => isPieceworkError(error, 'unsupported') && /keyMap\("units"\)/.test(error.message),
  )
})

const refusal = (form: unknown): string => {
  try {
    checkDeclaration('It', { key: form }, (value, place) =>
      keyFormCheck((value as { key: unknown }).key, { ...place, path: 'key' }),
    )
  } catch (error) {
    if (isPieceworkError(error, 'registry-invalid')) return error.message
    throw error
  }
  return ''
}

const refused: readonly (readonly [unknown, RegExp])[] = [
  [{ hex: 19 }, /key has 76 bits, and 80 is the least/],
  [{ hex: 65 }, /has 65 characters, and 64 is the most/],
  [{ cuid2: 15 }, /has 77 bits/],
  [{ cuid2: 33 }, /has 33 characters, and 32 is the most/],
  [{ nanoid: { length: 10 } }, /has 60 bits/],
  [{ nanoid: { length: 64, alphabet: 'a' } }, /needs an alphabet/],
  [{ nanoid: { length: 64, alphabet: 'aab' } }, /twice in its alphabet/],
  [{ nanoid: { length: 64, alphabet: 'a,"\n' } }, /needs an alphabet/],
  [{ nanoid: { size: 21 } }, /has no property "key.nanoid.size"/],
  [{ hex: 24, cuid2: 24 }, /must be one of/],
  [{}, /must be one of/],
  [{ sequence: '' }, /key.sequence must be a string that is not empty/],
  ['cuid3', /did you mean "cuid"/],
  ['serial', /must be "uuid"/],
  [24, /takes|must be/],
]

test('new ids: a form that is too short or that does not exist is refused by name', () => {
  for (const [form, message] of refused) assert.match(refusal(form), message)
  for (const [form] of looks) assert.equal(refusal(form), '')
  for (const form of ['natural', { sequence: 'a.b' }, { hex: 20 }, { cuid2: 16 }])
    assert.equal(refusal(form), '')
})

test.run()
