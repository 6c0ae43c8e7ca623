import assert from 'node:assert/strict'
import { isPieceworkError, type Pack, type ResourceKind } from '@piecework/core'
import type { Piece } from '@piecework/core/piece'
import { suite } from 'uvu'
import { createRegistry } from '#internal/plan/registry.js'

const test = suite('registry')

const kind = (name: string, parent?: string): ResourceKind => ({
  kind: name,
  table: `${name}s`,
  ...(parent && { parent }),
  parentOf: async () => undefined,
  listUnder: async () => [],
  describe: async () => ({ name }),
})
const importer = { import: async () => ({ rows: 0 }) }
const exporter = { export: async () => ({ rows: 0 }) }
const piece = (name: string, more: Partial<Piece> = {}): Piece => ({
  contract: 1,
  name,
  of: 'project',
  version: 1,
  importer,
  exporter,
  ...more,
})
const kinds = [kind('project'), kind('scenario', 'project')]
const refusal = (...packs: Pack[]): string => {
  try {
    createRegistry(packs)
  } catch (error) {
    if (isPieceworkError(error, 'registry-invalid')) return error.message
    throw error
  }
  return ''
}
const pack = (...pieces: Piece[]): Pack => ({ name: 'test', kinds, pieces })

test('refuses a piece that has numbered tables and does not reserve their keys', () => {
  const numbered = async () => ['notes']
  assert.match(refusal(pack(piece('project/a', { keys: { numbered } }))), /does not reserve their keys/)
  assert.equal(refusal(pack(piece('project/a', { keys: { numbered, reserve: async () => {} } }))), '')
})

test('refuses files beside rows where the store can keep no journal of them', () => {
  const files = { remove: async () => {} }
  const made = () => createRegistry([pack(piece('project/a', { files }))], [], [], 'They need a server.')
  assert.throws(made, /Piece "project\/a" has files beside rows\. They need a server\./)
  createRegistry([pack(piece('project/a'))], [], [], 'They need a server.')
})

test('takes what is right', () => {
  const registry = createRegistry([
    pack(
      piece('a/one'),
      piece('a/two', { after: ['a/one'] }),
      piece('b/three', { of: 'scenario', after: ['a/two'] }),
    ),
  ])
  assert.deepEqual([...registry.pieces.keys()], ['a/one', 'a/two', 'b/three'])
  assert.equal(registry.piece('archive', 'a/one')?.name, 'a/one')
  assert.throws(() => registry.kind('planet'), /No pack registers the resource kind "planet"/)
})

test('refuses a duplicate, also across packs', () => {
  assert.match(
    refusal(pack(piece('a/one')), { name: 'other', pieces: [piece('a/one')] }),
    /"a\/one" is registered twice/,
  )
  assert.match(
    refusal(pack(), { name: 'other', kinds: [kind('project')] }),
    /kind "project" is registered twice/,
  )
})

test('refuses an unknown piece in after, and one of a descendant', () => {
  assert.match(refusal(pack(piece('a/one', { after: ['a/ghost'] }))), /"a\/one" comes after "a\/ghost"/)
  const below = piece('a/below', { of: 'scenario' })
  assert.match(
    refusal(pack(below, piece('a/one', { after: ['a/below'] }))),
    /neither the kind "project" nor an ancestor/,
  )
})

test('new ids: forms of keys are those of all kinds and pieces; two that differ are refused', () => {
  const cuids = piece('a/one', { keys: { forms: { notes: 'cuid', marks: { hex: 24 } } } })
  const same = piece('a/two', { keys: { forms: { marks: { hex: 24 } } } })
  assert.deepEqual(
    [...createRegistry([pack(cuids, same)]).keyForms],
    [
      ['projects', 'uuid'],
      ['scenarios', 'uuid'],
      ['notes', 'cuid'],
      ['marks', { hex: 24 }],
    ],
  )
  const other = piece('a/two', { keys: { forms: { marks: { hex: 32 } } } })
  assert.match(
    refusal(pack(cuids, other)),
    /"a\/one" and "a\/two" differ about keys of "marks": { hex: 24 }, { hex: 32 }/,
  )
  const own = piece('a/own', { keys: { forms: { projects: 'cuid' } } })
  assert.match(refusal(pack(own)), /"project" and "a\/own" differ about keys of "projects": 'uuid', 'cuid'/)
  assert.equal(refusal({ ...pack(own), kinds: [{ ...kind('project'), key: 'cuid' }] }), '')
})

test('new ids: a kind whose ids people give cannot be copied', () => {
  const shell = { create: async () => {}, ready: async () => {}, remove: async () => {} }
  const natural = { ...kind('project'), key: 'natural' as const }
  assert.match(refusal({ name: 'test', kinds: [{ ...natural, shell }] }), /"project" has natural ids/)
  assert.equal(refusal({ name: 'test', kinds: [natural] }), '')
})

test('refuses a cycle and names it', () => {
  const message = refusal(
    pack(
      piece('a/one', { after: ['a/three'] }),
      piece('a/two', { after: ['a/one'] }),
      piece('a/three', { after: ['a/two'] }),
    ),
  )
  assert.match(message, /"a\/one" waits for itself: a\/one → a\/three → a\/two → a\/one/)
})

test('refuses a piece that cannot come back', () => {
  const { importer: _, ...lame } = piece('a/lame')
  assert.match(refusal(pack(lame)), /"a\/lame" has neither importer nor cloner/)
  assert.equal(refusal(pack({ ...lame, exportOnly: true })), '')
  assert.match(
    refusal(pack({ ...lame, cloner: { clone: async () => ({ rows: 0 }) } })),
    /cannot be imported: it has no importer/,
  )
})

test('refuses a kind that cannot be found under its parent, or cannot find its parent', () => {
  const { listUnder: _, ...unlisted } = kind('scenario', 'project')
  assert.match(
    refusal({ name: 'test', kinds: [kind('project'), unlisted] }),
    /"scenario" has a parent but no listUnder\(\)/,
  )
  const { parentOf: __, ...orphan } = kind('scenario', 'project')
  assert.match(
    refusal({ name: 'test', kinds: [kind('project'), orphan] }),
    /"scenario" has a parent but no parentOf\(\)/,
  )
})

test('child kinds are in order of their names, whatever the order of registration', () => {
  const children = ['scenario', 'dataset', 'Map'].map((name) => kind(name, 'project'))
  for (const order of [children, children.toReversed()]) {
    const registry = createRegistry([{ name: 'test', kinds: [...order, kind('project')] }])
    assert.deepEqual(
      registry.childKinds('project').map((child) => child.kind),
      ['Map', 'dataset', 'scenario'],
    )
    assert.deepEqual(registry.childKinds('scenario'), [])
  }
})

test('refuses what could be imported but neither exported nor cloned', () => {
  const { exporter: _, ...mute } = piece('a/mute')
  assert.match(refusal(pack(mute)), /"a\/mute" cannot be exported: it has no exporter/)
})

test('refuses an unknown kind, a strange name, another contract, and reports all at once', () => {
  const message = refusal(
    pack(piece('a/one', { of: 'planet' }), piece('One'), piece('a/three', { contract: 2 as 1 })),
  )
  assert.match(message, /"a\/one" is of the kind "planet"/)
  assert.match(message, /"One" needs a name like "pack\/piece"/)
  assert.match(message, /"a\/three" is written for contract 2/)
})

test("keeps a format's pieces apart from those of archives", () => {
  const read = piece('legacy/grid', { after: ['a/one'] })
  const format = {
    name: 'legacy',
    roles: {},
    pieces: [read],
    open: () => Promise.reject(new Error('not opened')),
  }
  const registry = createRegistry([{ ...pack(piece('a/one')), formats: [format] }])
  assert.equal(registry.piece('archive', 'legacy/grid'), undefined)
  assert.equal(registry.piece('legacy', 'legacy/grid'), read)
  assert.match(
    refusal({ ...pack(piece('legacy/grid')), formats: [{ ...format, pieces: [piece('legacy/grid')] }] }),
    /twice/,
  )
})

test.run()
