import type { AccessPolicy } from '@piecework/core'
import {
  check,
  checkOptions,
  isPieceworkError,
  type OptionChecks,
  type Queryable,
  required,
} from '@piecework/core/piece'
import { readExport } from './export-row.js'
import { assertMayRead } from './stored-scenes.js'

export interface ImageryPolicyOptions {
  /** The host's own, which is asked first. */
  readonly policy: AccessPolicy
  /** Of the tables. */
  readonly database: Queryable
}

const optionChecks: OptionChecks<ImageryPolicyOptions> = {
  policy: required(check.having<AccessPolicy>('an access policy', 'allows')),
  database: required(check.having<Queryable>('a database', 'query')),
}

/** Actions by which what was rendered leaves the host. */
const leaving = ['export', 'retry', 'deliver', 'download', 'share'] as const

/**
 * The host's policy for `createPiecework`, asked also for every project and scene of an export of imagery, whenever its result is
 * to leave: before deliveries and downloads, whatever was allowed when it was requested.
 */
export function imageryPolicy(given: ImageryPolicyOptions): AccessPolicy {
  const { policy, database } = checkOptions('imageryPolicy()', given, optionChecks)
  return {
    allows: async (principal, action, resource, job, named) => {
      if ((await policy.allows(principal, action, resource, job, named)) !== true) return false
      if (resource?.kind !== 'imagery-export' || !leaving.some((one) => one === action)) return true
      try {
        const { tool, sources } = await readExport(database, resource.id)
        await assertMayRead(policy, principal, tool, sources)
        return true
      } catch (error) {
        if (isPieceworkError(error, 'imagery/source-unknown')) return false
        // In the transaction that makes it, it was looked at a moment ago.
        if (isPieceworkError(error, 'imagery/export-not-found')) return action === 'export'
        throw error
      }
    },
  }
}
