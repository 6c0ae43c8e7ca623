import assert from 'node:assert/strict'
import type { Lease } from '@piecework/core/store'
import { suite } from 'uvu'
import { isMissingCode } from '#internal/engine/missing-code.js'
import { missingRegistration } from '#internal/engine/missing-registration.js'
import { createRegistry } from '#internal/plan/registry.js'
import { Shelf } from '../delivery/support.js'
import { Notebooks } from '../support/notebooks.js'
import { print } from './support.js'

const test = suite('outputs: processes with other code')

const pack = new Notebooks().pack()
const leaseOf = (id: string, task: string, kind = 'export') =>
  ({
    job: {
      kind,
      tree: { kind: 'notebook', id: 'b1', children: [] },
      request: {
        options: {},
        outputs: [{ name: 'archive' }, { name: print.name }],
        deliver: [{ target: 'shelf', output: 'archive', destination: {}, key: 'k' }],
      },
    },
    node: { id, task },
  }) as unknown as Lease

test('a worker without an output or a target leaves the node to others', () => {
  const without = createRegistry([pack])
  const complete = createRegistry([{ ...pack, outputs: [print] }], [new Shelf()])
  for (const [id, task, said] of [
    ['assemble notebooks/print', 'assemble', /no pack with the output "notebooks\/print": all workers/],
    ['deliver 1 shelf', 'deliver', /no target "shelf": all workers/],
  ] as const) {
    const missing = missingRegistration(without, leaseOf(id, task))
    assert.match(missing?.message ?? '', said)
    assert.ok(isMissingCode(missing))
    assert.equal(missingRegistration(complete, leaseOf(id, task)), undefined)
  }
  assert.equal(missingRegistration(without, leaseOf('assemble', 'assemble')), undefined)
})

test('a delivery needs no pack, and its last step nothing at all', () => {
  const bare = createRegistry([], [new Shelf()])
  assert.equal(missingRegistration(bare, leaseOf('deliver 1 shelf', 'deliver', 'delivery')), undefined)
  assert.equal(missingRegistration(createRegistry([]), leaseOf('finish', 'finish', 'delivery')), undefined)
})

test.run()
