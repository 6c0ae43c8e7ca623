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

/** The first seed that finds it, where others before it take most of the time. If it no longer does, all are tried. */
const first: Readonly<Record<string, number>> = {
  'the lease is not checked when work commits': 187,
  'claims are freed when the outcome is known': 43,
  'a retry takes over what may have changed': 98,
  'jobs go on past their deadline': 159,
}

for (const [what, make] of Object.entries(broken)) {
  test(what, async () => {
    const finds = async (seed: number): Promise<boolean> =>
      (await simulate({ make }, planOf(seed))).violations.length > 0
    if (await finds(first[what] ?? 1)) return
    for (let seed = 1; seed <= mostSeeds; seed++) if (await finds(seed)) return
    assert.fail(`none of ${mostSeeds} seeds finds it`)
  })
}

test.run()
