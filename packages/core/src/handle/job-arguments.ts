import type { JobFilter } from '../contracts/jobs.js'
import type { Principal } from '../contracts/principal.js'
import { check } from '../options/check.js'
import { checkArgument, checkOptions } from '../options/check-options.js'
import { required } from '../options/option-checks.js'

/** Checks of what methods about jobs are given. Each throws `options-invalid`, naming the method. */
export const jobArguments = {
  id: (subject: string, id: string): string => checkArgument(subject, 'the id of the job', id, check.text),
  signal: (subject: string, signal: AbortSignal | undefined): AbortSignal | undefined =>
    signal && checkArgument(subject, 'signal', signal, check.signal),
  filter: (filter: JobFilter | undefined): JobFilter =>
    checkOptions('jobs()', filter, { resource: check.resource, limit: check.wholeNumber(0, 2 ** 31 - 1) }),
  canceller: (by: { readonly principal: Principal }): Principal =>
    checkOptions('cancel()', by, { principal: required(check.principal) }).principal,
} as const
