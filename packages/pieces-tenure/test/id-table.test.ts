import assert from 'node:assert/strict'
import { suite } from 'uvu'
import { IdTable } from '#internal/id-table.js'

const test = suite('tables of ids')

test('ids are found by what they are, however many there are', () => {
  const table = new IdTable()
  const ids = Array.from({ length: 50_000 }, (_, at) => at.toString(16).padStart(24, '0'))
  for (const [at, id] of ids.entries()) assert.equal(table.add(id, at * 1.5), true)
  assert.equal(table.size, ids.length)
  for (const [at, id] of ids.entries()) {
    assert.equal(table.get(id), at * 1.5)
    assert.equal(table.idAt(table.indexOf(id)), id)
    assert.equal(table.has(`${id}0`), false)
  }
  assert.equal(table.add(ids[7] ?? '', 1), false)
  assert.equal(table.get(ids[7] ?? ''), 10.5, 'the first one stays')
  assert.equal(table.size, ids.length)
})

test('ids that are nearly the same are not', () => {
  const table = new IdTable()
  const ids = [
    '',
    'a',
    'A',
    'a ',
    'ä',
    'a\u0308',
    'ab',
    'ba',
    '\u{1F600}',
    'a'.repeat(200),
    'ä'.repeat(30_000),
  ]
  for (const [at, id] of ids.entries()) {
    assert.equal(table.has(id), false, id.slice(0, 9))
    assert.equal(table.add(id, at), true)
  }
  for (const [at, id] of ids.entries()) assert.equal(table.get(id), at)
  assert.equal(table.indexOf('a'.repeat(199)), -1)
  assert.equal(table.get('b'), undefined)
})

test.run()
