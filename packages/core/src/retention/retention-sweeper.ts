import { isPieceworkError } from '../contracts/errors.js'
import type { Job } from '../contracts/jobs.js'
import type { ResourceRef } from '../contracts/resource.js'
import type { PieceworkEmitter } from '../events.js'
import { sameResource } from '../plan/tree.js'
import { archivePrefix, jobPrefix } from '../tasks/staging.js'
import { type Leftovers, removeLeftovers } from './orphans.js'

/** Deletes what jobs have left when its time is over, and what nobody knows of. */
export interface RetentionSweeper {
  /** Looks at once, then at every interval. */
  start(): void
  /** Resolves when nothing of it is under way. */
  stop(): Promise<void>
  /** The archives of a resource expire now; bytes that an unfinished job reads go when it has ended. */
  forget(resource: ResourceRef): Promise<void>
}

export interface RetentionSweeperOptions {
  readonly sweepMs: number
  readonly orphanSweepMs: number
}

/** How long one process may take to delete what one job has left, before another one tries. */
const cleaningMs = 10 * 60 * 1000
const page = 100

export function createRetentionSweeper(
  parts: Leftovers,
  events: PieceworkEmitter,
  { sweepMs, orphanSweepMs }: RetentionSweeperOptions,
): RetentionSweeper {
  const { store, artifacts, registry } = parts
  let timer: NodeJS.Timeout | undefined
  let running: Promise<void> | undefined
  let stopping = new AbortController()
  let lookedAt = Number.NEGATIVE_INFINITY

  const removeExpired = async (signal: AbortSignal): Promise<void> => {
    for (;;) {
      const jobs = await store.retention.expired(page, cleaningMs)
      for (const { id } of jobs) {
        signal.throwIfAborted()
        // One that cannot be deleted now holds up no other; it is tried again.
        await remove(id).catch((error: unknown) => events.emit('error', error))
      }
      if (jobs.length < page) return
    }
  }

  const remove = async (id: string): Promise<void> => {
    await artifacts.delete(archivePrefix(id))
    await artifacts.delete(jobPrefix(id))
    await store.retention.markDeleted(id)
  }

  async function* kept(resource?: ResourceRef): AsyncGenerator<Job> {
    for (let after: string | undefined; ; ) {
      const jobs = await store.retention.list({
        limit: page,
        ...(resource && { resource }),
        ...(after !== undefined && { after }),
      })
      yield* jobs
      after = jobs.at(-1)?.id
      if (jobs.length < page) return
    }
  }

  /** Archives of what is there no more: the host need not have told. */
  const expireBereaved = async (signal: AbortSignal): Promise<void> => {
    for await (const job of kept()) {
      signal.throwIfAborted()
      if (job.kind !== 'export') continue
      await expireIfBereaved(job).catch((error: unknown) => events.emit('error', error))
    }
  }

  const expireIfBereaved = async ({ id, tree }: Job): Promise<void> => {
    const kind = registry.kinds.get(tree.kind)
    if (kind && !(await kind.describe(tree, store.database))) await store.retention.expire(id)
  }

  const look = async (signal: AbortSignal): Promise<void> => {
    if (Date.now() - lookedAt >= orphanSweepMs) {
      lookedAt = Date.now()
      if (await store.retention.acquireTurn('leftovers', orphanSweepMs)) {
        await expireBereaved(signal)
        await removeLeftovers(parts, signal)
      }
    }
    await removeExpired(signal)
  }

  const lookOnce = (): Promise<void> => {
    const { signal } = stopping
    running ??= look(signal)
      .catch((error: unknown) => {
        if (!signal.aborted && !isPieceworkError(error, 'stopped')) events.emit('error', error)
      })
      .finally(() => {
        running = undefined
      })
    return running
  }

  return {
    start: () => {
      stopping = new AbortController()
      void lookOnce()
      timer = setInterval(() => void lookOnce(), sweepMs)
      timer.unref()
    },
    stop: async () => {
      clearInterval(timer)
      stopping.abort()
      await running
    },
    forget: async (resource) => {
      for await (const { id, kind, tree } of kept(resource)) {
        if (kind === 'export' && sameResource(tree, resource)) await store.retention.expire(id)
      }
      await removeExpired(new AbortController().signal)
    },
  }
}
