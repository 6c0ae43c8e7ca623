import assert from 'node:assert/strict'
import { planOf, type SimulatedParts, simulate } from '@piecework/testkit'
import { suite } from 'uvu'
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

/** The first seed that finds it, where others before it take most of the time. If it no longer does, all are tried. */
const first: Readonly<Record<string, number>> = {
  'the lease is not checked when work commits': 89,
  'the sweep forgets leases that have lapsed': 6,
  'fences are not compared': 17,
  'nodes of an export read at moments of their own': 19,
  'a moment that is lost leaves what was read at it': 19,
  'a state speaks of parts that were never sent': 34,
  'more jobs are under way than may be': 12,
  'a worker that does not read a version fails the piece': 8,
  'an upload that was taken away stays': 22,
  'claims are freed when the outcome is known': 43,
  'the sha256 of an output is of the one before': 34,
  'leases go by another clock than the database': 96,
  'heartbeats prolong nothing': 5,
  'claims are freed before all that a delivery sends is read': 5,
  'a cancel forgets the nodes that run': 5,
  'a plan that was taken over adds its parts twice': 4,
  'a retry takes over what may have changed': 24,
  'jobs go on past their deadline': 16,
}

for (const [what, parts] of Object.entries(broken)) {
  test(what, async () => {
    const finds = async (seed: number): Promise<boolean> =>
      (await simulate(parts, planOf(seed))).violations.length > 0
    if (await finds(first[what] ?? 1)) return
    for (let seed = 1; seed <= mostSeeds; seed++) if (await finds(seed)) return
    assert.fail(`none of ${mostSeeds} seeds finds it`)
  })
}

test.run()
