import assert from 'node:assert/strict'
import { declaredTables, jobIds, keyName } from '@piecework/core/piece'
import { suite } from 'uvu'

const test = suite('names under which keys are remapped')

const declaring = (...tables: string[]) =>
  declaredTables(tables.map((table) => ({ keys: { tables: [table] } })))

const cases: readonly (readonly [declared: readonly string[], names: Readonly<Record<string, string>>])[] = [
  // Tables of one name: without their schemas, wherever they are.
  [[], { items: 'items', 'public.items': 'items', 'geo.items': 'items' }],
  [['items'], { items: 'items', 'public.items': 'items' }],
  [['planning.units'], { 'planning.units': 'units', units: 'units' }],
  [['planning."odd.units"'], { 'planning."odd.units"': '"odd.units"' }],
  // Declared in two schemas.
  [['items', 'geo.items'], { items: 'items', 'geo.items': 'geo.items', 'public.items': 'items' }],
  // Declared in one, and there in another.
  [['items'], { 'geo.items': 'geo.items' }],
  [['planning.units'], { 'public.units': 'public.units', 'geo.units': 'geo.units' }],
  [['items', 'geo.items'], { 'old.items': 'old.items' }],
]

test('new ids: a table that no piece declares has not the name of one that is declared', () => {
  for (const [declared, names] of cases)
    for (const [table, name] of Object.entries(names))
      assert.equal(keyName(table, declaring(...declared)), name, `${table} beside ${declared.join()}`)
})

test('new ids: rows of tables of one name in two schemas get different ids', () => {
  const ids = jobIds('job', {
    declaredTables: declaring('items'),
    forms: new Map([['items', 'natural']]),
  })
  assert.equal(ids.idOf('public.items', 'a'), 'a')
  assert.notEqual(ids.idOf('geo.items', 'a'), 'a')
  assert.equal(ids.form('geo.items'), undefined)
})

test.run()
