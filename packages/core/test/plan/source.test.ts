import assert from 'node:assert/strict'
import type { Queryable, ResourceKind } from '@piecework/core/piece'
import { suite } from 'uvu'
import { createRegistry } from '#internal/plan/registry.js'
import { readTree } from '#internal/plan/source.js'

const test = suite('source of an export')

const db: Queryable = { query: () => Promise.reject(new Error('no database')) }
const root = { kind: 'project', id: 'p' }
const project: ResourceKind = {
  kind: 'project',
  table: 'projects',
  key: 'nanoid',
  describe: async () => ({ name: 'p' }),
}
const childKind = (kind: string, ids: readonly string[]): ResourceKind => ({
  kind,
  parent: 'project',
  table: `${kind}s`,
  key: 'nanoid',
  parentOf: async () => root,
  listUnder: async () => ids.map((id) => ({ kind, id })),
  describe: async ({ id }) => ({ name: id }),
})

test('children are in order of their kinds, then as their kind lists them, whatever the order of registration', async () => {
  const children = [childKind('scenario', ['2', '1']), childKind('dataset', ['b', 'a'])]
  for (const kinds of [
    [project, ...children],
    [...children.toReversed(), project],
  ]) {
    const tree = await readTree(createRegistry([{ name: 'test', kinds }]), db, root, undefined)
    assert.deepEqual(
      tree.children.map(({ kind, id }) => `${kind} ${id}`),
      ['dataset b', 'dataset a', 'scenario 2', 'scenario 1'],
    )
  }
})

test('a parent needs to know nothing of its children, nor of kinds that are not registered', async () => {
  const tree = await readTree(createRegistry([{ name: 'test', kinds: [project] }]), db, root, undefined)
  assert.deepEqual(tree, { ...root, children: [] })
})

test.run()
