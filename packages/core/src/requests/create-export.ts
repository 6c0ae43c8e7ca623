import { allowResource } from '../access/allow-resource.js'
import type { Queryable } from '../contracts/database.js'
import { PieceworkError } from '../contracts/errors.js'
import type { JobDelivery } from '../contracts/job-request.js'
import type { Job } from '../contracts/jobs.js'
import type { NewNode } from '../contracts/nodes.js'
import { pageSizes } from '../defaults.js'
import { resourcePath } from '../guard/paths.js'
import { checkOptions } from '../options/check-options.js'
import { deliveryKey } from '../outputs/deliveries.js'
import { madeOutputs } from '../outputs/made-output.js'
import { requestedOutputs } from '../outputs/requested-outputs.js'
import { exportNodes } from '../plan/nodes.js'
import { lineageOf } from '../plan/source.js'
import { recordEntry } from '../record/recorder.js'
import { canonicalRequest } from './canonical-request.js'
import { checkDeliveries, chooseDeliveries, type KnownSize } from './choose-deliveries.js'
import { checkOutputs, chooseOutputs } from './choose-outputs.js'
import { choosePieces } from './choose-pieces.js'
import { createUnchanged } from './create-unchanged.js'
import { type ExportRequest, exportChecks, exportInstead } from './export-request.js'
import type { RequestDeps } from './request-deps.js'

export async function createExport(
  deps: RequestDeps,
  given: ExportRequest,
  tx?: Queryable,
  retried?: Job,
): Promise<Job> {
  const { store, registry, allow, environment, jobLimits } = deps
  const db = tx ?? store.database
  const checked = checkOptions('export()', given, exportChecks, exportInstead)
  const request = await canonicalRequest(registry, db, checked)
  const { principal, resource } = request
  await allowResource(allow, principal, 'export', resource)
  const { outputs, reads } = chooseOutputs(registry, request, retried)
  await checkOutputs(registry, outputs ?? [], request)
  const id = environment.uuid()
  const deliver = await deliveriesOf(deps, { id, db }, { ...request, ...(outputs && { outputs }) }, retried)
  const isClaimed = request.claim !== false
  const ends = {
    ...(outputs && { outputs }),
    ...(deliver && { deliver }),
    ...(!isClaimed && { claim: false as const }),
  }
  const chosen = await choosePieces(deps, request, {
    job: id,
    db,
    can: ({ exporter, name }) => exporter !== undefined && reads(name),
    ...(retried && { retried }),
  })
  const plan = exportNodes(chosen.tree, chosen.piecesOf, ends)
  const elsewhere = plan.nodes.flatMap(({ piece }) => {
    const { name, database } = registry.pieces.get(piece ?? '') ?? {}
    return database === undefined ? [] : [`${name} ("${database}")`]
  })
  if (!isClaimed && (!store.moments || elsewhere.length > 0)) assertOneRead(plan.nodes, elsewhere)
  const job = {
    id,
    kind: 'export' as const,
    tree: chosen.tree,
    principal,
    request: { ...chosen.request, ...ends },
    claims: isClaimed ? [resourcePath(await lineageOf(registry, db, resource))] : [],
    ...plan,
    ...(retried && { retryOf: retried.id, reads: [retried.id, ...(retried.reads ?? [])] }),
    record: recordEntry({ ...request, action: retried ? 'retry' : 'export', job: { id } }, 'allowed'),
    ...jobLimits(request),
  }
  return createUnchanged(deps, job, request, tx)
}

/** Without a claim only one snapshot can be whole. `elsewhere`: pieces of other databases, with these. */
function assertOneRead(nodes: readonly NewNode[], elsewhere: readonly string[]): void {
  const readers = nodes.filter(({ task }) => task === 'plan' || task === 'export')
  if (readers.length < 2 && readers.every(({ task }) => task === 'export')) return
  throw new PieceworkError(
    'unsupported',
    `${elsewhere.length > 0 ? `${elsewhere.join(', ')} cannot be read at one moment with the others` : 'This store cannot read several pieces at one moment'}: without a claim they would not fit together.`,
  )
}

/** Asks the access policy and the targets. */
async function deliveriesOf(
  { registry, allow, store }: RequestDeps,
  { id: job, db }: { readonly id: string; readonly db: Queryable },
  { principal, resource, outputs, deliver: given, signal }: ExportRequest,
  retried: Job | undefined,
): Promise<readonly JobDelivery[] | undefined> {
  const asked = retried ? retried.request.deliver : given
  if (!asked || asked.length === 0) return undefined
  for (const { target } of asked) await allowResource(allow, principal, 'deliver', resource, { target })
  const names = requestedOutputs({ outputs }).map(({ name }) => name)
  const deliveries = retried
    ? (retried.request.deliver ?? []).map((one) => ({ ...one, key: deliveryKey(job, one) }))
    : chooseDeliveries(registry, asked, { job, outputs: names })
  const isChecked = deliveries.some(({ target }) => registry.targets.get(target)?.check)
  const earlier = isChecked ? await store.jobs.list({ resource, limit: pageSizes.earlierJobs }) : []
  await checkDeliveries(registry, deliveries, {
    principal,
    sizeOf: async (name, ending): Promise<KnownSize> => {
      const size = lastSize(earlier, name)
      if (size !== undefined) return { size }
      const { options } = outputs?.find((one) => one.name === name) ?? {}
      const asked = { principal, resource, options, db, signal: ending }
      const estimate = await registry.outputs.get(name)?.estimate?.(asked)
      return estimate === undefined ? {} : { size: estimate, isEstimate: true }
    },
    signal,
  })
  return deliveries
}

/** Of these jobs, newest first, what the last one that has made such an output has made. */
function lastSize(jobs: readonly Job[], output: string): number | undefined {
  for (const job of jobs) {
    const made = job.kind === 'export' && madeOutputs(job).find(({ name }) => name === output)
    if (made) return made.size
  }
  return undefined
}
