import { parsed } from '../archive/parse.js'
import { PieceworkError } from '../contracts/errors.js'
import type { FollowUpList, FollowUpRequest, FollowUpRequests } from '../contracts/follow-up-request.js'
import { check } from '../options/check.js'
import { meant } from '../options/meant.js'
import { objectCheck } from '../options/object-check.js'
import { type OptionChecks, required } from '../options/option-checks.js'
import { asJson } from './as-json.js'
import type { FollowUps } from './follow-ups.js'
import { assertListed, followUpLists } from './with-follow-ups.js'

const list = check.list(objectCheck<FollowUpRequest>({ action: required(check.text), input: check.anything }))

export const followUpChecks: OptionChecks<FollowUpRequests> = {
  onSuccess: list,
  onFailure: list,
  onCancel: list,
}

/**
 * The lists of a request as they are stored: each input parsed by its follow-up. Those of a retried job stay. Throws
 * `options-invalid` for a follow-up that is not registered, an input that its schema refuses or that is no plain JSON.
 */
export function requestedFollowUps(
  followUps: FollowUps,
  request: FollowUpRequests,
  retried?: { readonly request: FollowUpRequests },
): FollowUpRequests {
  const kept: { -readonly [List in FollowUpList]?: FollowUpRequests[List] } = {}
  for (const name of followUpLists) {
    const before = retried?.request[name]
    const given = before ?? request[name]?.map((one, at) => stored(followUps, one, `${name}.${at}`))
    if (given) assertListed(name, given.length)
    if (given && given.length > 0) kept[name] = given
  }
  return kept
}

function stored(
  followUps: FollowUps,
  { action, input = {} }: FollowUpRequest,
  place: string,
): FollowUpRequest {
  const known = followUps.get(action)
  if (!known) {
    const message = `There is no follow-up "${action}" (${place})${meant(action, followUps.keys())}`
    throw new PieceworkError('options-invalid', message, { facts: { followUp: action } })
  }
  const what = `The input of the follow-up "${action}" (${place})`
  return { action, input: asJson(what, parsed('options-invalid', what, input, known.schema)) }
}
