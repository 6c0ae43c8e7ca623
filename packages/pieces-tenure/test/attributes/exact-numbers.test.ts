import assert from 'node:assert/strict'
import { suite } from 'uvu'
import { firstInexact, isExact } from '#internal/attributes/exact-numbers.js'

const test = suite('numbers that a double holds')

test('digits that only name the double are no loss, others are', () => {
  for (const text of ['0', '-0', '1.50', '1e3', '0.1', '0.10000000000000001', '0.30000000000000004'])
    assert.ok(isExact(text), text)
  for (const text of ['9007199254740992', '1e22', '5e-324', '100000000000000000000', '12345678901234567168'])
    assert.ok(isExact(text), text)
  for (const text of ['9007199254740993', '12345678901234567890', '0.1000000000000000055', '1e400', '1e-400'])
    assert.ok(!isExact(text), text)
})

test('those of a document are found outside of its texts', () => {
  assert.equal(firstInexact('{"12345678901234567890":"\\"9007199254740993","b":[1,2.5e3]}'), undefined)
  assert.equal(firstInexact('{"a":"\\\\","b":[1,-9007199254740993]}'), '-9007199254740993')
})

test.run()
