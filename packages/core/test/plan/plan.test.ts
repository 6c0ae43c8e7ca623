import assert from 'node:assert/strict'
import type { ResourceTree } from '@piecework/core/piece'
import fc from 'fast-check'
import { suite } from 'uvu'
import { type PlannedPiece, planBatches } from '#internal/plan/plan.js'

const test = suite('planner')

const tree: ResourceTree = {
  kind: 'project',
  id: '1',
  children: [
    { kind: 'scenario', id: '1', children: [] },
    { kind: 'scenario', id: '2', children: [] },
  ],
}

test('order: batches come from edges, also to an ancestor', () => {
  const project: PlannedPiece[] = [{ name: 'metadata' }, { name: 'features', after: ['metadata'] }]
  const scenario: PlannedPiece[] = [
    { name: 'targets', after: ['own', 'features'] },
    { name: 'own', after: ['metadata'] },
  ]
  const nodes = planBatches(tree, (ref) => (ref.kind === 'project' ? project : scenario))
  const batch = (id: string, kind: string, piece: string) =>
    nodes.find((node) => node.resource.kind === kind && node.resource.id === id && node.piece === piece)
      ?.batch
  assert.equal(batch('1', 'project', 'metadata'), 0)
  assert.equal(batch('1', 'project', 'features'), 1)
  assert.equal(batch('2', 'scenario', 'own'), 1)
  assert.equal(batch('2', 'scenario', 'targets'), 2)
})

test('a piece that is not in the tree is passed over', () => {
  const nodes = planBatches(tree, (ref) =>
    ref.kind === 'project' ? [{ name: 'features', after: ['metadata'] }] : [],
  )
  assert.deepEqual(nodes, [{ resource: { kind: 'project', id: '1' }, piece: 'features', batch: 0 }])
})

/** Pieces p0…pn of two kinds; edges lead to lower numbers, of the same kind or from scenario to project. */
const graphs = fc
  .array(fc.record({ scenario: fc.boolean(), after: fc.array(fc.nat(30), { maxLength: 5 }) }), {
    maxLength: 25,
  })
  .map((drawn) =>
    drawn.map(({ scenario, after }, index) => ({
      name: `p${index}`,
      scenario,
      after: after.filter((to) => to < index && (scenario || !drawn[to]?.scenario)).map((to) => `p${to}`),
    })),
  )

test('order: for any graph, every node comes after all it waits for and as early as that allows', () => {
  fc.assert(
    fc.property(graphs, fc.integer({ min: 0, max: 3 }), (pieces, scenarios) => {
      const children = Array.from({ length: scenarios }, (_, id) => ({
        kind: 'scenario',
        id: `${id}`,
        children: [],
      }))
      const nodes = planBatches({ kind: 'project', id: 'p', children }, (ref) =>
        pieces.filter((piece) => piece.scenario === (ref.kind === 'scenario')),
      )
      assert.equal(
        nodes.length,
        pieces.filter((p) => !p.scenario).length + scenarios * pieces.filter((p) => p.scenario).length,
      )
      for (const node of nodes) {
        const { after } = pieces.find((piece) => piece.name === node.piece) ?? { after: [] }
        const before = nodes.filter(
          (other) =>
            (after as readonly string[]).includes(other.piece) &&
            (other.resource.kind === 'project' || other.resource.id === node.resource.id),
        )
        assert.equal(
          node.batch,
          before.reduce((last, other) => Math.max(last, other.batch + 1), 0),
        )
      }
    }),
  )
})

test('a cycle is an error that names it', () => {
  const pieces = [
    { name: 'a', after: ['b'] },
    { name: 'b', after: ['a'] },
  ]
  assert.throws(() => planBatches(tree, () => pieces), /a → project:1 b → project:1 a/)
})

test.run()
