import { check, checkOptions, type OptionChecks, required } from '@piecework/core/store'
import type { LawTest } from '../law.js'
import { linked } from '../linked.js'
import { claimLaws } from './claim-laws.js'
import { editLaws } from './edit-laws.js'
import type { GuardLawsOptions } from './guard-laws-options.js'
import { raceLaws } from './race-laws.js'
import { releaseLaws } from './release-laws.js'

const lawChecks: OptionChecks<GuardLawsOptions> = { make: required(check.func()), patienceMs: check.wait }

/** Laws of a `Guard`. */
export function guardLaws(runner: LawTest, options: GuardLawsOptions): void {
  const test = linked(runner)
  checkOptions('guardLaws()', options, lawChecks)
  claimLaws(test, options)
  releaseLaws(test, options)
  raceLaws(test, options)
  editLaws(test, options)
}
