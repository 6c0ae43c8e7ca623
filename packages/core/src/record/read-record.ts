import type { Allow } from '../access/allow.js'
import { allowResource } from '../access/allow-resource.js'
import type { MeterReading } from '../contracts/meters.js'
import type { AskedBy, Principal } from '../contracts/principal.js'
import type { RecordEntry } from '../contracts/records.js'
import type { ResourceRef } from '../contracts/resource.js'
import type { Store } from '../contracts/store.js'
import { jobArguments } from '../handle/job-arguments.js'
import { check } from '../options/check.js'
import { checkArgument, checkOptions } from '../options/check-options.js'
import { objectCheck } from '../options/object-check.js'
import { type Check, type OptionChecks, required } from '../options/option-checks.js'
import { refuseValue } from '../options/place.js'
import { recipientCheck } from './recipient-check.js'

export interface RecordRequest {
  readonly resource?: ResourceRef
  readonly principal?: Principal
  /** Not before. */
  readonly from?: Date
  /** Before. */
  readonly to?: Date
  /** Id of the last entry of the page before. */
  readonly after?: string
  readonly limit?: number
}

const date: Check<Date> = (value, place) =>
  Object.prototype.toString.call(value) === '[object Date]' && Number.isFinite((value as Date).getTime())
    ? (value as Date)
    : refuseValue(place, value, 'a Date')

const entryId: Check<string> = (value, place) =>
  typeof value === 'string' && /^\d{1,18}$/.test(value)
    ? value
    : refuseValue(place, value, 'the id of an entry')

const recordChecks: OptionChecks<RecordRequest> = {
  resource: check.resource,
  principal: check.principal,
  from: date,
  to: date,
  after: entryId,
  limit: check.count,
}

interface UsageRequest {
  readonly principal?: Principal
  /** Not before. */
  readonly from?: Date
  /** Before. */
  readonly to?: Date
  /** The last reading of the page before. */
  readonly after?: Pick<MeterReading, 'principal' | 'minute'> & Partial<MeterReading>
  readonly limit?: number
}

const usageChecks: OptionChecks<UsageRequest> = {
  principal: check.principal,
  from: date,
  to: date,
  after: objectCheck<NonNullable<UsageRequest['after']>>({
    principal: required(check.text),
    minute: required(date),
    requests: check.anything,
    downloads: check.anything,
    bytes: check.anything,
  }),
  limit: check.count,
}

/** What the host may read and erase of the record of requests and downloads. */
export interface AccessRecord {
  /** Requests and downloads, newest first. Throws `forbidden`, `resource-not-found`. */
  record(request: RecordRequest, by: AskedBy): Promise<readonly RecordEntry[]>
  /**
   * What principals have downloaded, minute by minute, newest first. The policy is asked about `record`. Throws
   * `forbidden`.
   */
  usage(request: UsageRequest, by: AskedBy): Promise<readonly MeterReading[]>
  /** Forgets an address in all entries; resolves to how many had it. Throws `forbidden`. */
  eraseRecipient(recipient: string, by: AskedBy): Promise<number>
}

export function createAccessRecord(deps: {
  readonly store: Store
  readonly allow: Allow
  canonical(ref: ResourceRef): Promise<ResourceRef>
}): AccessRecord {
  const { store, allow, canonical } = deps
  return {
    record: async (request, by) => {
      const { resource: given, principal, ...filter } = checkOptions('record()', request, recordChecks)
      const resource = given && (await canonical(given))
      await allowResource(allow, jobArguments.principal('record()', by), 'record', resource)
      return store.records.list({
        ...filter,
        ...(resource && { resource }),
        ...(principal && { principal: principal.id }),
      })
    },
    usage: async (request, by) => {
      const { principal, ...filter } = checkOptions('usage()', request, usageChecks)
      await allow(jobArguments.principal('usage()', by), 'record')
      return store.meters.list({ ...filter, ...(principal && { principal: principal.id }) })
    },
    eraseRecipient: async (given, by) => {
      const recipient = checkArgument('eraseRecipient()', 'recipient', given, recipientCheck)
      await allow(jobArguments.principal('eraseRecipient()', by), 'erase')
      return store.records.eraseRecipient(recipient)
    },
  }
}
