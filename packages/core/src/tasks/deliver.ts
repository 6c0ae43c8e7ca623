import { expectLength } from '../archive/expect-length.js'
import { hashed } from '../archive/hashed.js'
import type { ByteRange } from '../contracts/artifacts.js'
import { isPieceworkError, PieceworkError } from '../contracts/errors.js'
import type { JobDelivery } from '../contracts/job-request.js'
import type { Job } from '../contracts/jobs.js'
import type { DeliverContext, DeliveredFile, DeliveryReceipt, Target } from '../contracts/target.js'
import { deliveryDefaults } from '../defaults.js'
import { storable } from '../engine/job-error.js'
import { targetMissing } from '../engine/missing-registration.js'
import { deliveryOf } from '../outputs/deliveries.js'
import { type MadeOutput, madeOutput } from '../outputs/made-output.js'
import { refuseExpired } from '../retention/expiry.js'
import { type AttemptContext, commit, type TaskRunner } from './attempt-context.js'

/** Hands one finished output to its target. */
export const deliverTask: TaskRunner = async (attempt) => {
  const { registry, environment, lease } = attempt
  const { job, node } = lease
  const delivery = deliveryOf(job, node)
  if (!delivery) throw new PieceworkError('internal', `${node.id} is no delivery of job ${job.id}.`)
  const target = registry.targets.get(delivery.target)
  if (!target) throw targetMissing(node, delivery.target)
  const made = madeOutput(await deliveredJob(attempt, job), delivery.output)
  const { location } = await delivered(attempt, target, { delivery, made })
  const { target: name, output, key } = delivery
  const deliveredAt = new Date(environment.now())
  const done = {
    target: name,
    output,
    key,
    deliveredAt,
    ...(location !== undefined && {
      location: storable(location.slice(0, deliveryDefaults.locationCharacters)),
    }),
  }
  const progress = { done: made.size, total: made.size }
  return commit(attempt, { result: { deliveries: [done] }, progress, findings: attempt.findings.list() })
}

/** Throws `expired` if the host has deleted the resource meanwhile, and with it what is delivered. */
async function delivered(
  attempt: AttemptContext,
  target: Target,
  { delivery, made }: { readonly delivery: JobDelivery; readonly made: MadeOutput },
): Promise<DeliveryReceipt> {
  try {
    return await target.deliver(contextOf(attempt, delivery, made))
  } catch (error) {
    const isGone = isPieceworkError(error, 'artifact-not-found')
    const source = isGone && (await deliveredJob(attempt, attempt.lease.job))
    if (source) refuseExpired(source.id, madeOutput(source, delivery.output), attempt.environment.now())
    throw error
  }
}

/** The job that has made what this one delivers. */
export async function deliveredJob({ store }: Pick<AttemptContext, 'store'>, job: Job): Promise<Job> {
  const { delivers } = job.request
  const source = delivers === undefined ? job : await store.jobs.get(delivers)
  if (source) return source
  throw new PieceworkError('internal', `Job ${delivers}, whose outputs are delivered, is gone.`)
}

function contextOf(attempt: AttemptContext, delivery: JobDelivery, made: MadeOutput): DeliverContext {
  const { lease, signal, findings, store } = attempt
  const { id, principal } = lease.job
  return {
    jobId: id,
    principal,
    file: fileOf(attempt, made),
    destination: delivery.destination,
    key: delivery.key,
    state: {
      get: () => store.states.get(lease),
      put: async (state) => {
        signal.throwIfAborted()
        assertKeepable(delivery, state)
        await store.states.put(lease, state)
      },
    },
    signal,
    progress: (done, total = made.size) => attempt.progress(done, total),
    finding: (finding) => findings.add({ ...finding, piece: delivery.target }),
  }
}

function fileOf({ artifacts, signal }: AttemptContext, made: MadeOutput): DeliveredFile {
  const { name: output, artifact, mediaType, fileName, size, sha256 } = made
  const open = async function* (range: ByteRange = { start: 0, end: size }): AsyncGenerator<Uint8Array> {
    const { start, end } = range
    if (!(start >= 0 && start <= end && end <= size))
      throw new PieceworkError(
        'options-invalid',
        `Bytes ${start} to ${end} are not inside the ${size} of ${output}.`,
      )
    const passing = hashed(expectLength(artifact, artifacts.open(artifact, range), end - start))
    for await (const chunk of passing.bytes) {
      signal.throwIfAborted()
      yield chunk
    }
    if (end - start === size && passing.sha256() !== sha256)
      throw new PieceworkError('storage', `The bytes of "${artifact}" are not those that were put there.`, {
        facts: { key: artifact },
      })
  }
  return { output, mediaType, fileName, size, sha256, open }
}

function assertKeepable({ target }: JobDelivery, state: unknown): void {
  const text: string | undefined = JSON.stringify(state)
  if (text !== undefined && text.length <= deliveryDefaults.stateCharacters) return
  throw new PieceworkError(
    'internal',
    `The target "${target}" keeps what is no JSON of at most ${deliveryDefaults.stateCharacters} characters.`,
  )
}
