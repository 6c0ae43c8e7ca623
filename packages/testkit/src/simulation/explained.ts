import { shrunk } from './shrink.js'
import type { MakeServer, SimulationResult } from './simulate.js'

/** What a failure needs to be understood and repeated: the seed, and the least that still fails. */
export async function explained(make: MakeServer, found: SimulationResult): Promise<string> {
  const least = await shrunk(make, found)
  const { requests, faults, rates, seed } = least.plan
  return [
    `Seed ${seed} breaks a law (npm run simulate -- --seed ${seed} shows what happens):`,
    ...found.violations.map((violation) => `  ${violation}`),
    `The least of it that breaks one: ${requests.length} requests, ${faults.length} faults, ${JSON.stringify(rates)}`,
    ...requests.map((request) => `  ${JSON.stringify(request)}`),
    ...faults.map((fault) => `  ${JSON.stringify(fault)}`),
    ...least.violations.map((violation) => `  ${violation}`),
  ].join('\n')
}
