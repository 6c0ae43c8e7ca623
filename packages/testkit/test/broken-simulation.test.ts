import assert from 'node:assert/strict'
import { planOf, simulate } from '@piecework/testkit'
import { suite } from 'uvu'
import { memoryServer } from './simulation/memory-server.js'
import { plantedFaults } from './simulation/planted-faults.js'

const test = suite('the simulation can fail')
const mostSeeds = 200

/** The first seed that finds it. */
for (const [what, plant] of Object.entries(plantedFaults)) {
  test(what, async () => {
    for (let seed = 1; seed <= mostSeeds; seed++) {
      const { violations } = await simulate({ make: memoryServer(plant) }, planOf(seed))
      if (violations.length > 0) return
    }
    assert.fail(`none of ${mostSeeds} seeds finds it`)
  })
}

test.run()
