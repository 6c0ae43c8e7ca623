import type { Validator } from '@piecework/core'

/** Says that bound.dat, where it was given, is not carried. */
export const boundValidator: Validator = {
  async *validate({ entries }) {
    if (entries.paths.includes('bound.dat'))
      yield {
        severity: 'warning',
        code: 'legacy/bound-not-carried',
        file: 'bound.dat',
        message: 'bound.dat is not imported: boundary lengths are computed from the planning grid',
      }
  },
}
