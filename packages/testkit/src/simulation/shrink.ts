import { type SimulationResult, simulate } from './simulate.js'
import type { SimulatedParts } from './simulated-server.js'
import type { Rates, SimulationPlan } from './simulation-plan.js'

/** Simulations that one search may take. */
const mostTries = 120

/** The least of a plan that still breaks a law: without requests, faults and chances that play no part. */
export async function shrunk(parts: SimulatedParts, found: SimulationResult): Promise<SimulationResult> {
  let best = found
  let tries = 0
  const attempt = async (plan: SimulationPlan): Promise<boolean> => {
    if (tries === mostTries) return false
    tries += 1
    const result = await simulate(parts, plan)
    if (result.violations.length > 0) best = result
    return result.violations.length > 0
  }
  const thin = async <T>(list: () => readonly T[], withList: (kept: readonly T[]) => SimulationPlan) => {
    for (let size = Math.ceil(list().length / 2); size >= 1; size = size === 1 ? 0 : Math.ceil(size / 2)) {
      for (let from = 0; from < list().length; ) {
        const kept = [...list().slice(0, from), ...list().slice(from + size)]
        if (!(await attempt(withList(kept)))) from += size
      }
    }
  }
  await thin(
    () => best.plan.faults,
    (faults) => ({ ...best.plan, faults }),
  )
  await thin(
    () => best.plan.requests,
    (requests) => ({ ...best.plan, requests }),
  )
  const { losses } = best.plan
  if (losses)
    await thin(
      () => best.plan.losses ?? [],
      (kept) => ({ ...best.plan, losses: kept }),
    )
  for (const rate of Object.keys(best.plan.rates) as (keyof Rates)[])
    if (best.plan.rates[rate] > 0)
      await attempt({ ...best.plan, rates: { ...best.plan.rates, [rate]: rate === 'lateMs' ? 1 : 0 } })
  await attempt({ ...best.plan, aheadMs: best.plan.aheadMs.map(() => 0) })
  await attempt({ ...best.plan, oddPack: 'present' })
  const { jobTimeoutMs: _, archiveTtlMs: __, ...lasting } = best.plan
  await attempt(lasting)
  return best
}
