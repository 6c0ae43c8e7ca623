import assert from 'node:assert/strict'
import { check, checkOptions, type OptionChecks, required } from '@piecework/core/store'
import { defaults } from '../defaults.js'
import type { LawTest } from '../law.js'
import { linked } from '../linked.js'
import { explained } from './explained.js'
import { planOf } from './plan-of.js'
import { simulate } from './simulate.js'
import type { SimulatedParts } from './simulated-server.js'

export interface SimulationLawsOptions extends SimulatedParts {
  /** How many seeds are tried. Default 200. */
  readonly seeds?: number
  /** The first of them. Default 1. */
  readonly firstSeed?: number
}

const lawChecks: OptionChecks<SimulationLawsOptions> = {
  make: required(check.func()),
  runtime: check.func(),
  access: check.func(),
  seeds: check.count,
  firstSeed: check.count,
}

/**
 * Laws of a whole: engine, store and queue, while processes freeze, die and come back, answers are lost and
 * clocks jump, in virtual time. A seed decides all that happens.
 */
export function simulationLaws(runner: LawTest, options: SimulationLawsOptions): void {
  const test = linked(runner)
  const {
    seeds = defaults.seeds,
    firstSeed = defaults.firstSeed,
    ...parts
  } = checkOptions('simulationLaws()', options, lawChecks)

  test('one truth: whatever fails, and when, each job ends, its effects happen once, and nothing is left', async () => {
    for (let seed = firstSeed; seed < firstSeed + seeds; seed++) {
      const result = await simulate(parts, planOf(seed))
      if (result.violations.length > 0) assert.fail(await explained(parts, result))
    }
  })

  test('reproducible: one seed is one trace, byte for byte', async () => {
    const [first, second] = [
      await simulate(parts, planOf(firstSeed)),
      await simulate(parts, planOf(firstSeed)),
    ]
    assert.equal(first.trace.join('\n'), second.trace.join('\n'))
  })
}
