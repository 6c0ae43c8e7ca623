import { createPiecework, type Database, fileArtifacts, type Piecework } from '@piecework/core'
import { legacyMarxanPack } from '@piecework/pieces-legacy'
import { planningProject } from '@piecework/pieces-project'
import { planningScenario } from '@piecework/pieces-scenario'
import { fromPg, postgresStore } from '@piecework/postgres'
import { redisRuntime } from '@piecework/runtime-redis'
import pg from 'pg'
import { moodyArtifacts } from './moody-artifacts.js'
import type { Place } from './place.js'

export interface SoakHost {
  readonly piecework: Piecework
  readonly database: Database
  /** What runs may go on for so long; default 5 s. */
  stop(drainMs?: number): Promise<void>
}

/** Told to the database by each of its connections. */
export type Role = 'worker' | 'requester' | 'watcher'

export const applicationName = (role: Role): string => `soak ${role}`

export const leaseMs = 2000
/** So long the artifact store may be silent. */
const artifactTimeoutMs = 2500
/** After this time an import draft that is not continued is removed. */
const draftTtlMs = 6000

/**
 * One process's Piecework, not started. Whatever the options of a host keep for a time goes soon, or at once.
 */
export function soakHost({ database, redis, artifacts, mood }: Place, role: Role): SoakHost {
  const poolOf = (max: number): pg.Pool => {
    const pool = new pg.Pool({ connectionString: database, max, application_name: applicationName(role) })
    // A connection that is ended on purpose is no news.
    return pool.on('error', () => {})
  }
  const data = poolOf(4)
  const control = poolOf(3)
  const store = postgresStore({ database: fromPg(data), control: fromPg(control), leaseMs })
  const piecework = createPiecework({
    packs: [planningProject(), planningScenario(), legacyMarxanPack()],
    store,
    artifacts: moodyArtifacts(fileArtifacts(artifacts), mood),
    artifactTimeoutMs,
    runtime: redisRuntime({ connection: redis, concurrency: 2, onError: () => {} }),
    heartbeatMs: 200,
    sweepMs: 300,
    resubmitAfterMs: 3000,
    backoffMs: 100,
    retryTtlMs: 0,
    orphanSweepMs: 1000,
    draftTtlMs,
  })
  piecework.events.on('error', () => {})
  return {
    piecework,
    database: store.database,
    stop: async (drainMs = 5000) => {
      await piecework.stop({ drainMs })
      await Promise.all([data.end(), control.end()])
    },
  }
}
