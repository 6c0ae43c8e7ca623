import {
  callback,
  createPiecework,
  type Database,
  fileArtifacts,
  folderTarget,
  type Piecework,
} from '@piecework/core'
import type { FollowUp, Target } from '@piecework/core/piece'
import type { Links } from '@piecework/core/store'
import { type DownloadLinks, downloadLinks, dropboxTarget, linkTarget } from '@piecework/delivery'
import { webhook } from '@piecework/follow-ups'
import { legacyMarxanPack } from '@piecework/pieces-legacy'
import { planningProject } from '@piecework/pieces-project'
import { planningScenario } from '@piecework/pieces-scenario'
import { fromPg, postgresStore } from '@piecework/postgres'
import { redisRuntime } from '@piecework/runtime-redis'
import { planningDatabases } from '@piecework/test-support/fixtures/planning-databases.js'
import pg from 'pg'
import { inParts, outputPack } from './delivery.js'
import { hooksCertificate } from './hooks.js'
import { moodyArtifacts } from './moody-artifacts.js'
import type { Place } from './place.js'
import { policyOf } from './rights.js'

export interface SoakHost {
  readonly piecework: Piecework
  readonly database: Database
  /** The second one, if there are two. */
  readonly geo?: Database
  readonly links: Links
  /** What opens them. */
  readonly downloads: DownloadLinks
  /** What runs may go on for so long; default 5 s. */
  stop(drainMs?: number): Promise<void>
}

/** Told to the database by each of its connections. */
export type Role = 'worker' | 'requester' | 'watcher'

export const applicationName = (role: Role): string => `soak ${role}`

export const leaseMs = 2000
/** So long the artifact store may be silent. */
const artifactTimeoutMs = 2500
/** Of the project's planning units: four parts. */
const partRows = 100
/** More than the drive may refuse. */
const deliveryAttempts = 15
/** Of what is delivered to the drive: some ten parts of an archive. */
const chunkBytes = 16_384
/** After this time an import draft that is not continued is removed. */
const draftTtlMs = 6000

/**
 * One process's Piecework, not started. Whatever the options of a host keep for a time goes soon, or at once.
 */
export function soakHost(place: Place, role: Role): SoakHost {
  const { database, geo, redis, artifacts, mood, rights, delivered } = place
  const poolOf = (max: number, connectionString = database): pg.Pool => {
    const pool = new pg.Pool({ connectionString, max, application_name: applicationName(role) })
    // A connection that is ended on purpose is no news.
    return pool.on('error', () => {})
  }
  const data = poolOf(4)
  const control = poolOf(3)
  const others = geo === undefined ? undefined : poolOf(4, geo)
  const store = postgresStore({
    database: fromPg(data),
    control: fromPg(control),
    leaseMs,
    ...(others && { databases: { geo: fromPg(others) } }),
  })
  const split = others ? { databases: planningDatabases } : {}
  const piecework = createPiecework({
    packs: [
      inParts(planningProject(split), partRows),
      planningScenario(split),
      legacyMarxanPack(split),
      outputPack,
    ],
    store,
    artifacts: moodyArtifacts(fileArtifacts(artifacts), mood),
    artifactTimeoutMs,
    access: policyOf(rights),
    targets: [folderTarget({ root: delivered }), linkTarget({ store }), driveTarget(place)] as Target[],
    deliveryAttempts,
    followUps: followUpsOf(place, data),
    runtime: redisRuntime({ connection: redis, concurrency: 2, onError: () => {} }),
    heartbeatMs: 200,
    sweepMs: 1000,
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
    ...(store.databases?.geo && { geo: store.databases.geo }),
    links: store.links,
    downloads: downloadLinks({ piecework, store, keys }),
    stop: async (drainMs = 5000) => {
      await piecework.stop({ drainMs })
      await Promise.all([data, control, others].map((pool) => pool?.end()))
    },
  }
}

/** Of what signs the addresses of links. */
const keys = [{ id: 'soak', secret: Buffer.alloc(32, 'soak') }]

/** The credential of each delivery is another account. */
function driveTarget({ drive }: Place) {
  const address = `http://127.0.0.1:${drive}`
  return dropboxTarget({
    credentials: { open: async (id) => ({ refreshToken: id }), revoked: async () => {} },
    appKey: 'soak',
    chunkBytes,
    api: { api: address, content: address },
  })
}

/** Tries that end soon, for a database or an endpoint that is away for a moment. */
const often = { backoffMs: 100, maxAttempts: 12 } as const

function followUpsOf({ hooks }: Place, pool: pg.Pool): readonly FollowUp[] {
  const endpoint = {
    url: `https://hooks.example.org:${hooks}/`,
    secrets: ['whsec_c29hayBzb2FrIHNvYWsgc29hayBzb2Fr'],
  }
  return [
    webhook({
      ...often,
      endpoints: { soak: endpoint },
      allowNetworks: ['127.0.0.0/8'],
      lookup: async () => ['127.0.0.1'],
      ca: hooksCertificate(),
    }) as FollowUp,
    callback({
      ...often,
      name: 'count',
      run: async ({ key }) => void (await pool.query('INSERT INTO soak_told (key) VALUES ($1)', [key])),
    }),
  ]
}
