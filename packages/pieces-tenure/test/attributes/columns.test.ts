import fc from 'fast-check'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { type AttributeColumnsOptions, attributeColumns } from '#internal/attributes/attribute-columns.js'
import type { AttributeKind } from '#internal/attributes/attribute-kind.js'

const test = suite('columns of attributes')

const found = (kinds: Readonly<Record<string, readonly AttributeKind[]>>) =>
  new Map(Object.entries(kinds).map(([name, all]) => [name, new Set(all)]))
const shown = (options: Partial<AttributeColumnsOptions>) =>
  attributeColumns({ schemas: [], found: new Map(), fixed: ['id', 'name'], ...options }).map(
    ({ name, attribute, kind }) => (name === attribute ? `${name} ${kind}` : `${name}<${attribute} ${kind}`),
  )

test('without schemas: the names that occur, sorted', () => {
  assert.equal(shown({ found: found({ z: ['text'], a: ['number'], Z: ['list'] }) }), [
    'Z list',
    'a number',
    'z text',
  ])
  assert.equal(shown({}), [])
})

test('schemas: in their order, those for all first, then by type of party; what occurs beside them is not lost', () => {
  const schemas = [
    { selector: 'GR', fields: [{ name: 'members', type: 'select_multiple' }, { name: 'phone' }] },
    { selector: 'IN', fields: [{ name: 'age', type: 'integer' }] },
    { selector: null, fields: [{ name: 'phone', type: 'text' }, { name: 'email' }] },
  ]
  assert.equal(shown({ schemas, found: found({ other: ['json'], phone: ['text'], more: ['boolean'] }) }), [
    'phone text',
    'email text',
    'age number',
    'members list',
    'more boolean',
    'other json',
  ])
})

test('values of several kinds are JSON, whatever the schema says', () => {
  const schemas = [
    {
      selector: null,
      fields: [
        { name: 'age', type: 'integer' },
        { name: 'code', type: 'integer' },
      ],
    },
  ]
  assert.equal(shown({ schemas, found: found({ age: ['number', 'text'], code: ['text'] }) }), [
    'age json',
    'code text',
  ])
})

test('a name that another column has is prefixed, and each has its own', () => {
  assert.equal(shown({ found: found({ id: ['text'], attribute_id: ['text'], '': ['text'] }) }), [
    'attribute_< text',
    'attribute_id text',
    'attribute_attribute_id<id text',
  ])
  const names = fc.stringMatching(/^(attribute_){0,3}(id|name|x)?$/)
  fc.assert(
    fc.property(fc.uniqueArray(names), fc.uniqueArray(names), (fields, occurring) => {
      const columns = attributeColumns({
        schemas: [{ selector: null, fields: fields.map((name) => ({ name })) }],
        found: new Map(occurring.map((name) => [name, new Set(['text'] as const)])),
        fixed: ['id', 'name'],
      })
      const all = ['id', 'name', ...columns.map(({ name }) => name)]
      assert.is(new Set(all).size, all.length)
      assert.equal(new Set(columns.map(({ attribute }) => attribute)), new Set([...fields, ...occurring]))
    }),
  )
})

test.run()
