import { PieceworkError } from '@piecework/core'
import {
  check,
  checkOptions,
  type FollowUp,
  type FollowUpContext,
  type OptionChecks,
  required,
} from '@piecework/core/piece'
import { type OutboundSettings, outbound, outboundChecks } from '@piecework/outbound'
import { type AttemptOptions, attemptChecks } from '../attempt-options.js'
import { chosen, type Named, type ToInput, toSchema } from '../chosen.js'
import { defaults } from '../defaults.js'
import { answerError } from './answer-error.js'
import { assertEndpoint, type Endpoint } from './endpoint.js'
import { jobPayload } from './job-payload.js'
import { signed } from './signed.js'

export interface WebhookOptions extends AttemptOptions, OutboundSettings {
  /** As requests name it. Default: `webhook`. */
  readonly name?: string
  /** By the names that requests may say; a function finds what a user has set up with the host. */
  readonly endpoints: Named<Endpoint>
  /** Plain JSON, or a promise of it. Default: `{ type, timestamp, data }` about the job. */
  readonly payload?: (context: FollowUpContext<ToInput>) => unknown
}

const webhookChecks: OptionChecks<WebhookOptions> = {
  name: check.text,
  endpoints: required(check.record<Named<Endpoint>[string]>(check.anything)),
  payload: check.func<NonNullable<WebhookOptions['payload']>>(),
  ...outboundChecks,
  ...attemptChecks,
}

const words = { of: 'a webhook', address: 'webhook/address', unreachable: 'webhook/unreachable' } as const

const instead = {
  url: 'requests choose among the names in "endpoints"',
  secret: 'each of the "endpoints" has its secrets',
} as const

/** Posts a signed call (Standard Webhooks). Requests say `{ action: 'webhook', input: { to: 'self' } }`. */
export function webhook(given: WebhookOptions): FollowUp<ToInput> {
  const options = checkOptions('webhook()', given, webhookChecks, instead)
  const {
    name = 'webhook',
    endpoints,
    payload = jobPayload,
    allowNetworks,
    ca,
    lookup,
    ...attempts
  } = options
  for (const endpoint of Object.values(endpoints))
    if (typeof endpoint !== 'function') assertEndpoint(endpoint, 'options-invalid')
  return {
    ...attempts,
    name,
    schema: toSchema(`the input of "${name}"`, endpoints),
    run: async (context) => {
      const endpoint = await chosen(endpoints, context)
      if (!endpoint)
        throw new PieceworkError('webhook/no-endpoint', `The host has no endpoint for "${context.input.to}".`)
      const url = assertEndpoint(endpoint, 'webhook/endpoint')
      const body = jsonOf(await payload(context))
      const { signal } = context
      const calls = outbound({
        allowNetworks,
        ca,
        lookup,
        words,
        times: { wholeMs: defaults.webhookTimeoutMs },
      })
      const headers = signed(context.key, endpoint.secrets, body)
      const answer = await calls.call(url, { method: 'POST', headers, body, signal }).finally(calls.close)
      if (answer.status >= 200 && answer.status < 300) return { status: answer.status }
      throw answerError(answer)
    },
  }
}

function jsonOf(payload: unknown): string {
  let body: string | undefined
  let cause: unknown
  try {
    body = JSON.stringify(payload)
  } catch (error) {
    cause = error
  }
  if (body !== undefined) return body
  throw new PieceworkError('webhook/payload', 'The payload of a webhook is not plain JSON.', { cause })
}
