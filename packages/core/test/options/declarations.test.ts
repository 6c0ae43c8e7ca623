import assert from 'node:assert/strict'
import type { Pack, ResourceKind } from '@piecework/core'
import type { Format, Piece } from '@piecework/core/piece'
import { optionTests } from '@piecework/test-support'
import { suite } from 'uvu'
import { createRegistry } from '#internal/plan/registry.js'

const test = suite('options: declarations')

const nothing = async () => undefined
const shell = { create: nothing, ready: nothing, incomplete: nothing, remove: nothing }
const kind = (): ResourceKind => ({
  kind: 'project',
  table: 'projects',
  describe: async () => ({ name: 'P' }),
  shell: { ...shell },
})
const below = (): ResourceKind => ({
  kind: 'scenario',
  parent: 'project',
  parentOf: nothing,
  listUnder: async () => [],
  table: 'scenarios',
  describe: async () => ({ name: 'S' }),
})
const piece = (more: Partial<Piece> = {}): Piece => ({
  contract: 1,
  name: 'project/one',
  of: 'project',
  version: 1,
  after: [],
  options: { parse: (input) => input },
  applies: async () => true,
  exporter: { export: async () => ({ rows: 0 }) },
  importer: { import: async () => ({ rows: 0 }) },
  cloner: { clone: async () => ({ rows: 0 }) },
  validators: [{ validate: async function* () {} }],
  comparer: { resourceKey: nothing, compare: async () => [] },
  upgrades: {},
  ...more,
})
const format = (): Format => ({
  name: 'notes',
  roles: { text: { required: true, maxBytes: 10, metadata: { parse: () => ({}) } } },
  tree: { kind: 'project', id: 'p', children: [] },
  pieces: [piece({ name: 'notes/text' })],
  keepsShell: true,
  open: async () => assert.fail('opened'),
})
const pack = (more: Partial<Pack> = {}): Pack => ({
  name: 'test',
  kinds: [kind(), below()],
  pieces: [piece()],
  ...more,
})
const code = 'registry-invalid' as const

optionTests(test, [
  {
    name: 'a pack',
    code,
    options: () => pack({ formats: [format()] }),
    call: (one: Pack) => createRegistry([one]),
    opaque: ['kinds', 'pieces', 'formats'],
    wrong: { name: ['', undefined], kinds: [kind(), 'project'], pieces: [piece()], formats: [format()] },
  },
  {
    name: 'a piece',
    code,
    options: piece,
    call: (one: Piece) => createRegistry([pack({ pieces: [one] })]),
    opaque: ['options', 'exporter', 'importer', 'cloner', 'validators'],
    free: ['upgrades'],
    wrong: {
      name: ['', undefined, 7],
      of: ['', undefined],
      version: [0, 1.5, '1', undefined],
      after: ['project/zero', [7]],
      options: [{}, 'text'],
      applies: [true],
      exporter: [{}, nothing, { exports: nothing }],
      importer: [{}, { imports: nothing }],
      cloner: [{}],
      validators: [{ validate: nothing }, [nothing], [{ valid: nothing }]],
      comparer: [{}, nothing],
      keys: ['cuid', { forms: { t: { hex: 4 } } }],
      upgrades: [[1], { 1: 'text' }],
      exportOnly: ['yes'],
    },
  },
  {
    name: 'a kind of resources',
    code,
    options: below,
    call: (one: ResourceKind) => createRegistry([pack({ kinds: [kind(), one] })]),
    wrong: {
      kind: ['', undefined],
      table: [undefined],
      describe: [undefined, 'name'],
      parentOf: [{}],
      listUnder: [[]],
    },
  },
  {
    name: 'a shell',
    code,
    options: kind,
    call: (one: ResourceKind) => createRegistry([pack({ kinds: [one, below()] })]),
    wrong: { shell: ['text', {}], 'shell.remove': [undefined, true], 'shell.incomplete': [true] },
  },
  {
    name: 'a format',
    code,
    options: format,
    call: (one: Format) => createRegistry([pack({ formats: [one] })]),
    opaque: ['pieces', 'tree', 'roles.text.metadata'],
    free: ['roles'],
    wrong: {
      name: ['', undefined],
      roles: [undefined, [], { text: true }],
      'roles.text.maxBytes': [undefined, 0, -1, '10', Number.NaN],
      'roles.text.metadata': [{}],
      tree: [{}, 'project'],
      pieces: [undefined, piece()],
      open: [undefined, {}],
    },
  },
])

const refusal = (...packs: Pack[]): string => {
  try {
    createRegistry(packs)
  } catch (error) {
    return (error as Error).message
  }
  return ''
}

test('a misspelled member that may be absent is named with its piece', () => {
  const validator = { ...piece(), validator: [] }
  assert.equal(
    refusal(pack({ pieces: [validator] })),
    'Piece "project/one" has no property "validator"; did you mean "validators"?',
  )
  assert.match(
    refusal(pack({ formats: [{ ...format(), pieces: [{ ...piece(), cloneer: {} } as Piece] }] })),
    /"cloneer"; did you mean "cloner"\?/,
  )
  assert.match(
    refusal(pack({ kinds: [{ ...kind(), shell: { ...shell, incomplet: nothing } } as ResourceKind] })),
    /no property "shell.incomplet"; did you mean "shell.incomplete"\?/,
  )
})

test('all declarations that are wrong are named at once', () => {
  const wrong = pack({
    pieces: [
      { ...piece(), after: 'x' as never },
      { ...piece({ name: 'project/two' }), aplies: nothing } as Piece,
    ],
  })
  const message = refusal(wrong, { name: 'other', kind: [] } as Pack)
  for (const part of [
    '"project/one": after must be an array',
    '"project/two" has no property "aplies"',
    'Pack "other" has no property "kind"',
  ])
    assert.ok(message.includes(part), message)
})

test('an instance of a class has members of its own, unless one looks like a misspelling', () => {
  class Counting {
    readonly name = 'classes'
    readonly kinds = [kind(), below()]
    readonly pieces = [piece()]
    calls = 0
    count(): void {
      this.calls += 1
    }
  }
  createRegistry([new Counting()])
  class Misspelled extends Counting {
    readonly format = [format()]
  }
  assert.match(refusal(new Misspelled()), /Pack "classes" has no property "format"; did you mean "formats"\?/)
  class Shell {
    create = nothing
    ready = nothing
    remove = nothing
    incomplet(): void {}
  }
  assert.match(
    refusal(pack({ kinds: [{ ...kind(), shell: new Shell() as never }, below()] })),
    /"shell.incomplet"/,
  )
})

test('what is registered stays the object that it was, for its methods may need this', () => {
  const own = piece()
  const registry = createRegistry([pack({ pieces: [own] })])
  assert.equal(registry.pieces.get('project/one'), own)
})

test.run()
