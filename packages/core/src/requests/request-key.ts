import { PieceworkError } from '../contracts/errors.js'
import type { KeyedJob, RequestKey } from '../contracts/jobs.js'
import type { Principal } from '../contracts/principal.js'
import { requestKeyDefaults } from '../defaults.js'
import { check } from '../options/check.js'
import { objectCheck } from '../options/object-check.js'
import { required } from '../options/option-checks.js'

/** A request that may come again. */
export interface KeyedRequest {
  readonly principal: Principal
  readonly requestKey?: RequestKey
}

const { keyCharacters, digestCharacters } = requestKeyDefaults

export const requestKeyCheck = objectCheck<RequestKey>({
  key: required(check.shortText(keyCharacters)),
  digest: required(check.shortText(digestCharacters)),
})

/** What a store throws for a key that is in use; `requestOnce` gives the job that has it, or refuses. */
export function requestKeyUsed(key: string, { job, digest }: KeyedJob): PieceworkError {
  return new PieceworkError('request-key-used', `Another request had the key ${JSON.stringify(key)}.`, {
    facts: { job, digest },
  })
}
