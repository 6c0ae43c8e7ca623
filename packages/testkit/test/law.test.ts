import assert from 'node:assert/strict'
import type { test as nodeTest } from 'node:test'
import type { LawTest } from '@piecework/testkit'
import { suite, type Test } from 'uvu'

const test = suite('laws take the tests of runners')

/** Compiles only where the runners' types fit. */
const fits: readonly ((test: typeof nodeTest & Test) => LawTest)[] = [
  (runner: typeof nodeTest): LawTest => runner,
  (runner: Test): LawTest => runner,
]

test('those of uvu and of node:test fit as they are', () => {
  const runner = test as typeof nodeTest & Test
  for (const fit of fits) assert.equal(fit(runner), runner)
})

test.run()
