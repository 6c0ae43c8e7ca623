import assert from 'node:assert/strict'
import { needsServer } from '@piecework/test-support'
import { suite } from 'uvu'
import { fuzz } from '../src/fuzz.js'

const test = needsServer(suite('hostile archives by the thousand'))

test('hostile archives: of 5,000 mutants each is refused, or imported as what it holds, and leaves nothing', async () => {
  const { problems, outcomes, mutants } = await fuzz({
    mutants: 5000,
    seed: 1,
    url: process.env.DATABASE_URL ?? '',
  })
  assert.equal(mutants, 5000)
  assert.deepEqual(problems.slice(0, 5), [])
  // A fuzzer whose mutants are all refused, or none, sees nothing.
  assert.ok((outcomes.imported ?? 0) > 100, JSON.stringify(outcomes))
  assert.ok(
    (outcomes['folder valid'] ?? 0) + (outcomes['folder imported'] ?? 0) > 10,
    JSON.stringify(outcomes),
  )
  assert.ok(Object.keys(outcomes).length > 4, JSON.stringify(outcomes))
})

test.run()
