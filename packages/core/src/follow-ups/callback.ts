import type { FollowUp } from '../contracts/follow-up.js'
import { check } from '../options/check.js'
import { checkOptions } from '../options/check-options.js'
import { type OptionChecks, required } from '../options/option-checks.js'

export interface CallbackOptions<Input>
  extends Pick<FollowUp<Input>, 'maxAttempts' | 'backoffMs' | 'timeoutMs'> {
  readonly name: string
  /** Of its input. Absent: any. */
  readonly schema?: FollowUp<Input>['schema']
  readonly run: FollowUp<Input>['run']
}

const anything = { parse: (input: unknown) => input }

/** A follow-up that is a function of the host's own, for tests and small hosts. */
export function callback<Input = unknown>(given: CallbackOptions<Input>): FollowUp<Input> {
  const checks: OptionChecks<CallbackOptions<Input>> = {
    name: required(check.text),
    schema: check.having<FollowUp<Input>['schema']>('a schema', 'parse'),
    run: required(check.func<FollowUp<Input>['run']>()),
    maxAttempts: check.count,
    backoffMs: check.wait,
    timeoutMs: check.count,
  }
  const { schema = anything as FollowUp<Input>['schema'], ...rest } = checkOptions(
    'callback()',
    given,
    checks,
  )
  return { ...rest, schema }
}
