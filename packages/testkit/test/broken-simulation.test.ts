import assert from 'node:assert/strict'
import { planOf, type SimulatedParts, simulate } from '@piecework/testkit'
import { suite } from 'uvu'
import { findingSeeds } from './simulation/finding-seeds.js'
import { memoryServer } from './simulation/memory-server.js'
import { ownClockServer } from './simulation/own-clock-server.js'
import { plantedFaults } from './simulation/planted-faults.js'
import { unasked } from './simulation/unasked.js'

const test = suite('the simulation can fail')
const mostSeeds = 200

const broken: Readonly<Record<string, SimulatedParts>> = {
  ...Object.fromEntries(
    Object.entries(plantedFaults).map(([what, plant]) => [what, { make: memoryServer(plant) }]),
  ),
  'leases go by another clock than the database': { make: ownClockServer },
  'the policy is not asked again when work begins': { make: memoryServer(), access: unasked },
}

for (const [what, parts] of Object.entries(broken)) {
  test(what, async () => {
    const finds = async (seed: number): Promise<boolean> =>
      (await simulate(parts, planOf(seed))).violations.length > 0
    if (await finds(findingSeeds[what] ?? 1)) return
    for (let seed = 1; seed <= mostSeeds; seed++) {
      if (!(await finds(seed))) continue
      console.log(`the seed that finds "${what}" is ${seed}: write it into finding-seeds.ts`)
      return
    }
    assert.fail(`none of ${mostSeeds} seeds finds it`)
  })
}

test.run()
