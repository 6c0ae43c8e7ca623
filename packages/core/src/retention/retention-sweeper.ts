import type { Environment } from '../contracts/environment.js'
import { isPieceworkError } from '../contracts/errors.js'
import type { ResourceRef } from '../contracts/resource.js'
import { untilAbandoned } from '../engine/abandoned-error.js'
import type { EngineSettings } from '../engine/engine-options.js'
import { SingleFlight } from '../engine/single-flight.js'
import { sameResource } from '../plan/tree.js'
import { type DeletedResourceDeps, expireDeleted } from './expire-deleted.js'
import { keptJobs } from './kept-jobs.js'
import { type RemovalDeps, removeExpired } from './remove-expired.js'
import { removeOrphans } from './remove-orphans.js'
import { sweepPutFiles } from './sweep-put-files.js'
import { sweepRecord } from './sweep-record.js'
import { sweepUploads } from './sweep-uploads.js'

/** Deletes what jobs have left when its time is over, and bytes that belong to no job. */
export interface RetentionSweeper {
  /** Sweeps at once, then at every interval. */
  start(): void
  /** Resolves when nothing of it is under way, or after `graceMs`: a store may not answer. */
  stop(): Promise<void>
  /** The archives of a resource expire now; bytes that an unfinished job reads go when it has ended. */
  forget(resource: ResourceRef): Promise<void>
}

export interface RetentionDeps extends RemovalDeps, DeletedResourceDeps {
  readonly environment: Environment
}

export function createRetentionSweeper(
  deps: RetentionDeps,
  {
    sweepMs,
    orphanSweepMs,
    recordTtlMs,
    graceMs,
  }: Pick<EngineSettings, 'sweepMs' | 'orphanSweepMs' | 'recordTtlMs' | 'graceMs'>,
): RetentionSweeper {
  const { store, events, environment } = deps
  const sweeps = new SingleFlight()
  let stopping = new AbortController()
  let stopTimer = (): void => undefined
  let orphansSweptAt = Number.NEGATIVE_INFINITY

  const sweepAll = async (signal: AbortSignal): Promise<void> => {
    if (environment.now() - orphansSweptAt >= orphanSweepMs) {
      orphansSweptAt = environment.now()
      if (await store.retention.acquireTurn('orphans', orphanSweepMs)) {
        await expireDeleted(deps, signal)
        await sweepUploads(deps, signal)
        await removeOrphans(deps, signal)
        await sweepPutFiles(deps, signal)
        await sweepRecord(deps, recordTtlMs, signal)
      }
    }
    await removeExpired(deps, signal)
  }
  const sweep = (): Promise<void> => {
    const { signal } = stopping
    return sweeps.run(() =>
      untilAbandoned(sweepAll(signal), { signal, graceMs, environment }).catch((error: unknown) => {
        if (!signal.aborted && !isPieceworkError(error, 'stopped')) events.emit('error', error)
      }),
    )
  }

  return {
    start: () => {
      stopping = new AbortController()
      void sweep()
      stopTimer = environment.every(sweepMs, () => void sweep())
    },
    stop: async () => {
      stopTimer()
      stopping.abort()
      await sweeps.idle()
    },
    forget: async (resource) => {
      for await (const { id, kind, tree } of keptJobs(store, resource)) {
        if (kind === 'export' && sameResource(tree, resource)) await store.retention.expire(id)
      }
      await removeExpired(deps, new AbortController().signal)
    },
  }
}
