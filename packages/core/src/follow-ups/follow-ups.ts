import { PieceworkError } from '../contracts/errors.js'
import type { FollowUp } from '../contracts/follow-up.js'
import { check } from '../options/check.js'
import { checkDeclaration } from '../options/check-options.js'
import { contractCheck } from '../options/object-check.js'
import { type OptionChecks, required } from '../options/option-checks.js'

/** By name. */
export type FollowUps = ReadonlyMap<string, FollowUp>

const checks: OptionChecks<FollowUp> = {
  name: required(check.text),
  schema: required(check.having<FollowUp['schema']>('a schema', 'parse')),
  run: required(check.func()),
  maxAttempts: check.count,
  backoffMs: check.wait,
  timeoutMs: check.count,
}

/** Throws `registry-invalid` for one that could not run, and for a name that two have. */
export function createFollowUps(given: readonly FollowUp[] = []): FollowUps {
  const known = new Map<string, FollowUp>()
  for (const followUp of given) {
    const { name } = checkDeclaration('a follow-up', followUp, contractCheck(checks))
    if (known.has(name)) throw new PieceworkError('registry-invalid', `There are two follow-ups "${name}".`)
    known.set(name, followUp)
  }
  return known
}
