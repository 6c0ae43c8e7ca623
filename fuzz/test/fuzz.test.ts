import assert from 'node:assert/strict'
import { needsServer } from '@piecework/test-support'
import { suite } from 'uvu'
import { fuzz } from '../src/fuzz.js'

const test = needsServer(suite('hostile archives by the thousand'))

test('hostile archives: of 2,000 mutants each is refused, or imported as what it holds, and leaves nothing', async () => {
  const { problems, outcomes, mutants } = await fuzz({
    mutants: 2000,
    seed: 1,
    url: process.env.DATABASE_URL ?? '',
  })
  assert.equal(mutants, 2000)
  assert.deepEqual(problems.slice(0, 5), [])
  // A fuzzer whose mutants are all refused, or none, sees nothing.
  assert.ok((outcomes.imported ?? 0) > 40, JSON.stringify(outcomes))
  assert.ok(Object.keys(outcomes).length > 4, JSON.stringify(outcomes))
})

test.run()
