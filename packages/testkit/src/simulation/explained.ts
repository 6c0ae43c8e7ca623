import { shrunk } from './shrink.js'
import type { SimulationResult } from './simulate.js'
import type { SimulatedParts } from './simulated-server.js'

/** What a failure needs to be understood and repeated: the seed, and the least that still fails. */
export async function explained(parts: SimulatedParts, found: SimulationResult): Promise<string> {
  const least = await shrunk(parts, found)
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
