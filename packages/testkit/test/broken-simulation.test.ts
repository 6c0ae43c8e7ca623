import assert from 'node:assert/strict'
import { planOf, simulate } from '@piecework/testkit'
import { suite } from 'uvu'
import { memoryServer } from './simulation/memory-server.js'
import { ownClockServer } from './simulation/own-clock-server.js'
import { plantedFaults } from './simulation/planted-faults.js'

const test = suite('the simulation can fail')
const mostSeeds = 200

const broken = {
  ...Object.fromEntries(Object.entries(plantedFaults).map(([what, plant]) => [what, memoryServer(plant)])),
  'leases go by another clock than the database': ownClockServer,
}

/** The first seed that finds it. */
for (const [what, make] of Object.entries(broken)) {
  test(what, async () => {
    for (let seed = 1; seed <= mostSeeds; seed++) {
      const { violations } = await simulate({ make }, planOf(seed))
      if (violations.length > 0) return
    }
    assert.fail(`none of ${mostSeeds} seeds finds it`)
  })
}

test.run()
