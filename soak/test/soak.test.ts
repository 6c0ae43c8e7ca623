import assert from 'node:assert/strict'
import { needsRedisServer, needsServer } from '@piecework/test-support'
import { suite } from 'uvu'
import { faults } from '../src/faults/faults.js'
import { soak } from '../src/soak.js'
import { tableOf } from '../src/table.js'

const test = needsRedisServer(needsServer(suite('a small soak')))

/** Left to `npm run soak`: they take their time, or a server of their own. */
const spared = [
  'the database is restarted',
  'the database crashes and recovers',
  "the database's disk is full",
  'the artifact store is slow',
  'the artifact store does not answer',
  'the artifact store fails midway',
  'others ask for jobs of the same project',
  'others ask for jobs of other projects',
  'a right is withdrawn',
  'the drive is full',
  'access to the drive is withdrawn',
  // Workers and Redis are killed and stopped in the tests of runtime-redis, too, and jobs cancelled in those of all stores.
  'workers are asked to stop',
  'the job is cancelled',
  'Redis forgets everything',
  'Redis is killed and comes back empty',
  'a worker is killed',
  'a worker is stopped past its lease',
]
const chosen = Object.keys(faults).filter((name) => !spared.includes(name))

test('nothing half-made, exactly once, one truth, exclusion, honest counts: real processes are hit by one fault after the other, and nothing is lost, doubled, left over or wrong', async () => {
  const result = await soak({
    // Each kind once; which job it meets is another one in `npm run soak`, where there are more.
    faults: chosen.length,
    only: chosen.join(','),
    // So many faults meet no redelivery: what else there is is learnt first.
    jobs: 'export,import,clone,legacy import,delivery',
    seed: 20,
    workers: 2,
    url: process.env.DATABASE_URL ?? '',
    limitMs: 300_000,
    log: () => {},
  })
  const leftOut = Object.entries(result.leftOut)
  for (const [name, reason] of leftOut) console.log(`left out: ${name}: ${reason}`)
  const found = result.rounds.flatMap(({ problems, ...round }) =>
    problems.map(({ what, text }) => ({ ...round, what, text })),
  )
  assert.deepEqual(found, [], tableOf(result.rounds))
  assert.equal(result.rounds.length, chosen.length)
})

test.run()
