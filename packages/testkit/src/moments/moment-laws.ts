import { checkOptions } from '@piecework/core/store'
import type { LawTest } from '../law.js'
import { linked } from '../linked.js'
import { heldLaws } from './held-laws.js'
import { lossLaws } from './loss-laws.js'
import { type MomentLawsOptions, momentLawChecks } from './moment-laws-options.js'

/** Laws of a store's `moments`: how all nodes of an export read its database, in whatever process they run. */
export function momentLaws(runner: LawTest, options: MomentLawsOptions): void {
  const test = linked(runner)
  checkOptions('momentLaws()', options, momentLawChecks)
  heldLaws(test, options)
  lossLaws(test, options)
}
