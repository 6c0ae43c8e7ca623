import type { JobFilter } from '../contracts/jobs.js'
import type { AskedBy, Principal } from '../contracts/principal.js'
import { check } from '../options/check.js'
import { checkArgument, checkOptions } from '../options/check-options.js'
import type { OptionChecks } from '../options/option-checks.js'

export type JobsRequest = JobFilter & AskedBy

export interface WatchRequest extends AskedBy {
  readonly signal?: AbortSignal
}

/** Whether there has to be one depends on whether there is an access policy, which asks for it. */
export const askedByChecks: OptionChecks<Partial<AskedBy>> = { principal: check.principal }

const listChecks: OptionChecks<Partial<JobsRequest>> = {
  ...askedByChecks,
  resource: check.resource,
  making: check.isTrue,
  requestedBy: check.text,
  after: check.text,
  limit: check.wholeNumber(0, 2 ** 31 - 1),
}

/** Checks of what methods about jobs are given. Each throws `options-invalid`, naming the method. */
export const jobArguments = {
  id: (subject: string, id: string): string => checkArgument(subject, 'the id of the job', id, check.text),
  signal: (subject: string, signal: AbortSignal | undefined): AbortSignal | undefined =>
    signal && checkArgument(subject, 'signal', signal, check.signal),
  list: (request: Partial<JobsRequest> | undefined): Partial<JobsRequest> =>
    checkOptions('jobs()', request, listChecks),
  watch: (request: Partial<WatchRequest> | undefined): Partial<WatchRequest> =>
    checkOptions('watch()', request, { ...askedByChecks, signal: check.signal }),
  principal: (subject: string, by: Partial<AskedBy> | undefined): Principal | undefined =>
    checkOptions(subject, by, askedByChecks).principal,
} as const
