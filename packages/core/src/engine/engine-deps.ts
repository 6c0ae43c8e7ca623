import type { Allow } from '../access/allow.js'
import type { ArchiveLimits } from '../archive/limits.js'
import type { SignManifest } from '../archive/sign.js'
import type { ArtifactStore } from '../contracts/artifacts.js'
import type { Environment } from '../contracts/environment.js'
import type { SessionHook } from '../contracts/session.js'
import type { Store } from '../contracts/store.js'
import type { FollowUps } from '../follow-ups/follow-ups.js'
import type { Registry } from '../plan/registry.js'
import type { Inputs } from '../requests/inputs.js'

/** What the engine's tasks work with. */
export interface EngineDeps {
  readonly store: Store
  readonly artifacts: ArtifactStore
  readonly registry: Registry
  readonly inputs: Inputs
  readonly environment: Environment
  readonly allow: Allow
  /** What the host does when jobs have ended. */
  readonly followUps: FollowUps
  /** What an archive may cost, read or written. Absent: `defaultLimits`. */
  readonly limits?: Partial<ArchiveLimits> | undefined
  readonly session?: SessionHook
  /** Absent: archives are not signed. */
  readonly sign?: SignManifest
}
