import assert from 'node:assert/strict'
import { needsRedisServer, needsServer } from '@piecework/test-support'
import { suite } from 'uvu'
import { faults } from '../src/faults/faults.js'
import { soak } from '../src/soak.js'
import { tableOf } from '../src/table.js'

const test = needsRedisServer(needsServer(suite('a small soak')))

test('nothing half-made, exactly once, one truth, exclusion, honest counts: real processes are hit by each kind of fault, and nothing is lost, doubled, left over or wrong', async () => {
  const lines: string[] = []
  const result = await soak({
    // Each kind of fault once; which job it meets is another one in `npm run soak`, where there are more.
    faults: Object.keys(faults).length,
    seed: 20,
    workers: 2,
    url: process.env.DATABASE_URL ?? '',
    limitMs: 120_000,
    log: (text) => lines.push(text),
  })
  if (result.disk === 'none') console.log(lines.find((text) => text.includes('disk')))
  const found = result.rounds.flatMap(({ problems, ...round }) =>
    problems.map(({ what, text }) => ({ ...round, what, text })),
  )
  assert.deepEqual(found, [], tableOf(result.rounds))
  assert.equal(result.rounds.length, Object.keys(faults).length)
})

test.run()
