import fc from 'fast-check'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { attributeCell, attributeValue } from '#internal/attributes/attribute-cell.js'
import { type AttributeKind, kindOfValue } from '#internal/attributes/attribute-kind.js'
import { joinedList, listOf } from '#internal/attributes/joined-list.js'
import { cellText, textOfCell } from '#internal/cell-text.js'

const test = suite('cells')

const risky = fc.string({
  unit: fc.constantFrom('=', '+', '-', '@', '\t', '\r', "'", ';', '\\', '"', ',', '\n', 'a'),
})
const texts = fc.oneof(risky, fc.string({ unit: 'binary' }))

test('every text reads back unchanged, and no spreadsheet computes it', () => {
  fc.assert(
    fc.property(texts, (text) => {
      const cell = cellText(text)
      assert.is(textOfCell(cell), text)
      assert.not.match(cell, /^[=+\-@\t\r]/)
    }),
  )
})

test('one apostrophe is put before what begins with a risky character, and nothing else is touched', () => {
  for (const [text, cell] of [
    ['=1+1', "'=1+1"],
    ['+44 20', "'+44 20"],
    ['-5', "'-5"],
    ['@home', "'@home"],
    ['\tx', "'\tx"],
    ['\rx', "'\rx"],
    ["'quoted'", "''quoted'"],
    ["'", "''"],
    ['', ''],
    ['a=b', 'a=b'],
  ] as const) {
    assert.is(cellText(text), cell)
    assert.is(textOfCell(cell), text)
  }
  assert.is(textOfCell("'tis"), "'tis", 'what people type is taken as it is')
})

test('every list of texts reads back, and no two lists are written alike', () => {
  fc.assert(fc.property(fc.array(texts), (list) => assert.equal(listOf(joinedList(list)), list)))
  const written = [[], [''], ['', ''], ['a'], ['a', ''], ['', 'a'], ['a;'], ['a\\', ';']].map(joinedList)
  assert.equal(written, ['', ';', ';;', 'a', 'a;;', ';a', 'a\\;', 'a\\\\;\\;'])
})

test('every value reads back from a cell of its kind, and from one of JSON', () => {
  fc.assert(
    fc.property(fc.oneof(texts, fc.array(texts), fc.jsonValue()), (given) => {
      // As it comes out of a document: there is no -0, for one.
      const value: unknown = JSON.parse(JSON.stringify(given))
      const kind = kindOfValue(value)
      if (kind === undefined) return assert.is(attributeCell('json', value), null)
      for (const one of [kind, 'json'] as const)
        assert.equal(attributeValue(one, attributeCell(one, value)), value)
    }),
  )
})

test('numbers are not touched, and what is missing is empty', () => {
  assert.is(attributeCell('number', -5), '-5')
  assert.is(attributeCell('boolean', false), 'false')
  assert.is(attributeCell('text', ''), '')
  for (const kind of ['text', 'number', 'boolean', 'list', 'json'] as const satisfies AttributeKind[]) {
    assert.is(attributeCell(kind, undefined), null)
    assert.is(attributeCell(kind, null), null)
    assert.is(attributeValue(kind, null), undefined)
  }
})

test('a cell that is no value of its kind is refused', () => {
  for (const [kind, cell] of [
    ['number', 'x'],
    ['number', 'true'],
    ['boolean', '1'],
    ['json', '{'],
  ] as const)
    assert.throws(
      () => attributeValue(kind, cell),
      (error: unknown) => error instanceof SyntaxError,
    )
})

test.run()
