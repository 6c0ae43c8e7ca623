import { isPieceworkError, isTerminal, type Job, type Principal, type ResourceRef } from '@piecework/core'
import { resourceNotFound } from '@piecework/core/store'
import { stateJobs } from '../defaults.js'
import type { RouteContext } from './route-context.js'

/**
 * `draft`: its files are being uploaded; `importing`: an import or a copy makes it; `incomplete`: that has failed, and
 * it can only be deleted; `exporting`, `cloning`: it is complete and being read; `ready`: none of these.
 */
export const resourceStates = ['draft', 'importing', 'incomplete', 'exporting', 'cloning', 'ready'] as const
export type ResourceState = (typeof resourceStates)[number]

export interface StateOfResource {
  readonly state: ResourceState
  /** Newest first: of each kind the newest. */
  readonly jobs: readonly Job[]
  /** The one that makes or has made it, if it is known. */
  readonly maker?: Job
}

/** Throws `resource-not-found`, also where it may not be viewed. */
export async function resourceState(
  { piecework }: Pick<RouteContext, 'piecework'>,
  resource: ResourceRef,
  principal: Principal,
): Promise<StateOfResource> {
  // What may not be viewed is not looked for among the jobs.
  await piecework.checkAllowed('view', { resource }, { principal })
  const isComplete = await isThere({ piecework }, resource, principal)
  const all = await piecework.jobs({ principal, resource, limit: stateJobs })
  const [maker] = await piecework.jobs({ principal, resource, making: true, limit: 1 })
  const jobs = newestOfEachKind(maker ? [...all, maker] : all)
  if (isComplete) return { state: readState(all), jobs, ...(maker && { maker }) }
  const state = maker && makingState(maker)
  if (!state) throw resourceNotFound(resource)
  return { state, jobs, maker }
}

function newestOfEachKind(all: readonly Job[]): readonly Job[] {
  const newest = new Map<string, Job>()
  for (const job of all) if (!newest.has(job.kind)) newest.set(job.kind, job)
  return [...newest.values()]
}

/** Of one that users do not see. Undefined: it has failed, and nothing is kept of it. */
function makingState(maker: Job): ResourceState | undefined {
  if (maker.status === 'draft') return 'draft'
  if (!isTerminal(maker.status)) return 'importing'
  const isOfUploads = maker.kind === 'import' && maker.request.input?.format !== 'archive'
  return isOfUploads && maker.status !== 'succeeded' ? 'incomplete' : undefined
}

function readState(all: readonly Job[]): ResourceState {
  const reading = all.find(
    ({ kind, status }) => (kind === 'export' || kind === 'clone') && !isTerminal(status),
  )
  if (!reading) return 'ready'
  return reading.kind === 'export' ? 'exporting' : 'cloning'
}

async function isThere(
  { piecework }: Pick<RouteContext, 'piecework'>,
  resource: ResourceRef,
  principal: Principal,
): Promise<boolean> {
  try {
    await piecework.describe(resource, { principal })
    return true
  } catch (error) {
    if (isPieceworkError(error, 'resource-not-found')) return false
    throw error
  }
}
