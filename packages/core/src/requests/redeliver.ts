import { allowJob, resourceOf } from '../access/allow-job.js'
import { isPieceworkError, PieceworkError } from '../contracts/errors.js'
import type { FollowUpRequests } from '../contracts/follow-up-request.js'
import type { JobDelivery } from '../contracts/job-request.js'
import type { Job, RequestKey } from '../contracts/jobs.js'
import type { Principal } from '../contracts/principal.js'
import { isTerminal } from '../engine/machine.js'
import { followUpChecks, requestedFollowUps } from '../follow-ups/requested-follow-ups.js'
import { existingJob } from '../handle/existing-job.js'
import { jobNotFound } from '../handle/job-not-found.js'
import { check } from '../options/check.js'
import { checkOptions } from '../options/check-options.js'
import { type OptionChecks, required } from '../options/option-checks.js'
import { madeOutput, madeOutputs } from '../outputs/made-output.js'
import { deliveryNodes } from '../plan/nodes.js'
import { recipientCheck } from '../record/recipient-check.js'
import { recordEntry } from '../record/recorder.js'
import { refuseExpired } from '../retention/expiry.js'
import { checkDeliveries, chooseDeliveries } from './choose-deliveries.js'
import { type DeliverRequest, deliverCheck, requestInstead } from './export-request.js'
import type { RequestDeps } from './request-deps.js'
import { requestKeyCheck } from './request-key.js'
import { takenDeliveries } from './taken-deliveries.js'

export interface RedeliverRequest extends FollowUpRequests {
  /** Of the delivery; the access policy is applied to it. */
  readonly principal: Principal
  /** Absent: those of the job that have not succeeded. */
  readonly deliver?: readonly DeliverRequest[]
  /** Whole number; of what waits, higher comes first. Default 0. */
  readonly priority?: number
  /** For whom it is, for the record of requests: a name or an address, no URL. */
  readonly recipient?: string
  /** As of other requests. */
  readonly requestKey?: RequestKey
  /** Ends what targets are asked before there is a job. */
  readonly signal?: AbortSignal
}

const redeliverChecks: OptionChecks<RedeliverRequest> = {
  principal: required(check.principal),
  deliver: deliverCheck,
  priority: check.integer,
  recipient: recipientCheck,
  requestKey: requestKeyCheck,
  signal: check.signal,
  ...followUpChecks,
}

/**
 * A job that delivers what another one has made. Throws `job-not-found`, `forbidden`, `expired`, and `unsupported`
 * for a job that has not ended, has made nothing, or has delivered everything.
 */
export type Redeliver = (id: string, request: RedeliverRequest) => Promise<Job>

export function createRedeliver(deps: RequestDeps): Redeliver {
  const { store, registry, allow, environment, jobLimits, followUps } = deps
  return async (id, given) => {
    const { principal, deliver, priority, recipient, requestKey, signal, ...lists } = checkOptions(
      'redeliver()',
      given,
      redeliverChecks,
      requestInstead,
    )
    const job = await existingJob(store, id, 'redeliver()')
    const refuse = (why: string) => new PieceworkError('unsupported', `Job ${id} ${why}.`)
    const source = await sourceOf(deps, job)
    const made = madeOutputs(source).map(({ name }) => name)
    // Before anything is told of what it has made.
    const asked = deliver ?? job.request.deliver ?? []
    const targets = asked.length > 0 ? asked.map(({ target }) => ({ target })) : [undefined]
    for (const named of targets)
      await allowJob(allow, principal, 'deliver', source, { named, absent: () => jobNotFound(id) })
    if (!isTerminal(job.status)) throw refuse(`is ${job.status}: it may deliver everything yet`)
    if (made.length === 0) throw refuse('has made nothing that could be delivered')
    const { timeLimitMs: _, ...limits } = jobLimits({
      ...(priority !== undefined && { priority }),
      ...(requestKey && { requestKey }),
    })
    const create = async (deliveries: readonly JobDelivery[]): Promise<Job> => {
      if (deliveries.length === 0) throw refuse('has nothing left to deliver, or it is on its way')
      for (const { output } of deliveries)
        refuseExpired(source.id, madeOutput(source, output), environment.now())
      await checkDeliveries(registry, deliveries, {
        principal,
        sizeOf: (output) => ({ size: madeOutput(source, output).size }),
        signal,
      })
      const newId = environment.uuid()
      const about = { principal, action: 'deliver' as const, resource: resourceOf(source), recipient }
      return store.jobs.create({
        id: newId,
        kind: 'delivery',
        tree: source.tree,
        principal,
        request: {
          options: {},
          deliver: deliveries,
          delivers: source.id,
          // Of a delivery that is tried again, they have not run as they were meant to.
          ...requestedFollowUps(followUps, lists, deliver ? undefined : job),
        },
        record: recordEntry({ ...about, job: { id: newId } }, 'allowed'),
        claims: [],
        reads: [source.id],
        ...(!deliver && { retryOf: job.id, deliversOnce: true }),
        ...deliveryNodes(deliveries),
        ...limits,
      })
    }
    if (deliver) return create(chooseDeliveries(registry, deliver, { job: source.id, outputs: made }))
    for (;;) {
      try {
        return await create(await undelivered(deps, job, source))
      } catch (error) {
        // Another request has taken one of them meanwhile: what is left is asked for anew.
        if (!isPieceworkError(error, 'delivery-taken')) throw error
      }
    }
  }
}

/** The job whose outputs it delivers. */
async function sourceOf({ store }: Pick<RequestDeps, 'store'>, job: Job): Promise<Job> {
  const { delivers } = job.request
  return delivers === undefined ? job : existingJob(store, delivers, 'redeliver()')
}

/** Of its deliveries, those that have not arrived, and that no other job is about to make. */
async function undelivered(
  { store }: Pick<RequestDeps, 'store'>,
  { request }: Job,
  { id, tree }: Job,
): Promise<readonly JobDelivery[]> {
  const resource = { kind: tree.kind, id: tree.id }
  const taken = takenDeliveries(id, await store.jobs.list({ resource, limit: mostJobs }))
  return (request.deliver ?? []).filter(({ key }) => !taken.has(key))
}

/** All. */
const mostJobs = 2 ** 31 - 1
