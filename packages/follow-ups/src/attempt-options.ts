import { check, type FollowUp, type OptionChecks } from '@piecework/core/piece'

export type AttemptOptions = Pick<FollowUp, 'maxAttempts' | 'backoffMs' | 'timeoutMs'>

export const attemptChecks: OptionChecks<AttemptOptions> = {
  maxAttempts: check.count,
  backoffMs: check.wait,
  timeoutMs: check.count,
}
