import { createHash } from 'node:crypto'
import { PieceworkError } from '@piecework/core'
import { check, checkOptions, type OptionChecks, required, type Target } from '@piecework/core/piece'
import type { Job, Store } from '@piecework/core/store'
import { z } from 'zod'
import { defaults } from '../defaults.js'

export interface LinkDestination {
  /** ISO 8601; not before. */
  readonly opensAt?: string
  /** ISO 8601. Default: that of the target; never later than what it leads to. */
  readonly expiresAt?: string
}

export interface LinkTargetOptions {
  readonly store: Pick<Store, 'links' | 'jobs'>
  /** As requests name it. Default: `link`. */
  readonly name?: string
  /** How long a link is kept open when nothing is said of it. Default 7 days. */
  readonly lifetimeMs?: number
}

const linkTargetChecks: OptionChecks<LinkTargetOptions> = {
  store: required(check.having<Pick<Store, 'links' | 'jobs'>>('a store', 'links', 'jobs')),
  name: check.text,
  lifetimeMs: check.count,
}

const destinationSchema = z
  .strictObject({ opensAt: z.iso.datetime({ offset: true }), expiresAt: z.iso.datetime({ offset: true }) })
  .partial()
  .refine(({ opensAt, expiresAt }) => !opensAt || !expiresAt || Date.parse(opensAt) < Date.parse(expiresAt), {
    message: 'it expires before it opens',
    path: ['expiresAt'],
  })

/** Makes a link to what a job has made. The receipt has the link's id, which opens nothing by itself. */
export function linkTarget(given: LinkTargetOptions): Target<LinkDestination> {
  const options = checkOptions('linkTarget()', given, linkTargetChecks)
  const { store, name = 'link', lifetimeMs = defaults.linkLifetimeMs } = options
  return {
    name,
    schema: destinationSchema as never,
    deliver: async ({ jobId, principal, file, destination, key, signal }) => {
      const job = await sourceOf(store, jobId)
      signal.throwIfAborted()
      const lasts = [expiryOf(job, file.output), wanted(destination, lifetimeMs)]
      const { id, revokedAt } = await store.links.add({
        id: idOf(jobId, key),
        job: job.id,
        output: file.output,
        owner: principal.id,
        ...(destination.opensAt !== undefined && { opensAt: new Date(destination.opensAt) }),
        expiresAt: new Date(Math.min(...lasts.map((at) => at.getTime()))),
      })
      if (revokedAt) throw new PieceworkError('link/revoked', 'The link was revoked meanwhile.')
      return { location: id }
    },
  }
}

/** The same in each attempt; another one of each request. */
function idOf(job: string, key: string): string {
  return createHash('sha256').update(`${job} ${key}`).digest('base64url').slice(0, 24)
}

/** The job that has made it: of a delivery of its own, another one. */
async function sourceOf({ jobs }: Pick<Store, 'jobs'>, id: string): Promise<Job> {
  const job = await jobs.get(id)
  const source = job?.request.delivers === undefined ? job : await jobs.get(job.request.delivers)
  if (source) return source
  throw new PieceworkError('job-not-found', `There is no job ${id}.`)
}

function expiryOf({ result }: Job, output: string): Date {
  const made = output === 'archive' ? result.archive : result.outputs?.find(({ name }) => name === output)
  return made?.expiresAt ?? new Date(8.64e15)
}

function wanted({ opensAt, expiresAt }: LinkDestination, lifetimeMs: number): Date {
  if (expiresAt !== undefined) return new Date(expiresAt)
  return new Date((opensAt === undefined ? Date.now() : Date.parse(opensAt)) + lifetimeMs)
}
