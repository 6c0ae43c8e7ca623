import type { DependencyContainer } from 'tsyringe'
import { type ArchiveLimits, archiveLimitChecks } from './archive/limits.js'
import { type SigningOptions, signingChecks } from './archive/sign.js'
import { type TrustOptions, trustChecks } from './archive/trust.js'
import type { Provided } from './container.js'
import type { AccessPolicy } from './contracts/access.js'
import type { ArtifactStore } from './contracts/artifacts.js'
import type { Environment } from './contracts/environment.js'
import type { FollowUp } from './contracts/follow-up.js'
import type { Pack } from './contracts/pack.js'
import type { Runtime } from './contracts/runtime.js'
import type { SessionHook } from './contracts/session.js'
import type { Store } from './contracts/store.js'
import type { Target } from './contracts/target.js'
import { type EngineOptions, engineChecks } from './engine/engine-options.js'
import { type DownloadLimitOptions, downloadLimitChecks } from './handle/metered.js'
import { check } from './options/check.js'
import { checkOptions } from './options/check-options.js'
import { objectCheck } from './options/object-check.js'
import { type Check, type OptionChecks, required } from './options/option-checks.js'
import { type JobLimitOptions, jobLimitChecks } from './requests/job-limits.js'
import { type UploadOptions, uploadOptionChecks } from './uploads/upload-request.js'

export interface PieceworkOptions
  extends EngineOptions,
    JobLimitOptions,
    UploadOptions,
    DownloadLimitOptions {
  /** Kinds of resources, pieces and formats. */
  readonly packs: readonly Provided<Pack>[]
  readonly runtime: Provided<Runtime>
  /** Where exports can be delivered to. Default: nowhere. */
  readonly targets?: readonly Provided<Target>[]
  /** Default: in memory, without a database. */
  readonly store?: Provided<Store>
  /** Default: in memory. */
  readonly artifacts?: Provided<ArtifactStore>
  /**
   * How long the artifact store may take for one call, or for one chunk of what is written or read, in ms;
   * then that counts as a failure of the store that may pass. Default 5 minutes.
   */
  readonly artifactTimeoutMs?: number
  /** Default: everything is allowed. */
  readonly access?: Provided<AccessPolicy>
  /** What requests may name in `onSuccess`, `onFailure` and `onCancel`. */
  readonly followUps?: readonly FollowUp[]
  /** Runs first in each transaction of a piece and of shells. */
  readonly session?: SessionHook
  readonly limits?: Partial<ArchiveLimits>
  /** Absent: archives are made without a signature. */
  readonly signing?: SigningOptions
  /** Absent: `inspect` and `verify` report signatures, and imports do not require them. */
  readonly trust?: TrustOptions
  /** The host's tsyringe container; classes among the options are constructed by a child of it. */
  readonly container?: DependencyContainer
  /** Time and chance, for tests and simulations. Default: those of this process. */
  readonly environment?: Environment
}

const pieceworkChecks: OptionChecks<PieceworkOptions> = {
  packs: required(check.list(provided<Pack>('a pack', 'name'))),
  runtime: required(provided<Runtime>('a runtime', 'start', 'submit', 'stop')),
  targets: check.list(provided<Target>('a target', 'name', 'schema', 'deliver')),
  store: provided<Store>('a store', 'jobs', 'drafts', 'reports', 'attempts', 'outbox', 'guard', 'database'),
  artifacts: provided<ArtifactStore>('an artifact store', 'put', 'open', 'stat', 'delete', 'list'),
  artifactTimeoutMs: check.count,
  access: provided<AccessPolicy>('an access policy', 'allows'),
  followUps: check.list(check.anything),
  session: check.func(),
  limits: objectCheck(archiveLimitChecks),
  signing: objectCheck(signingChecks),
  trust: objectCheck(trustChecks),
  container: check.having<DependencyContainer>('a container of tsyringe', 'createChildContainer', 'resolve'),
  environment: check.environment,
  ...jobLimitChecks,
  ...downloadLimitChecks,
  ...uploadOptionChecks,
  ...engineChecks,
}

const instead = {
  database: 'the database is given to the store: { store: postgresStore({ database }) }',
  concurrency: 'the runtime decides about it: { runtime: inProcess({ concurrency }) }',
  pieces: 'pieces are registered by packs: { packs: [{ name, pieces }] }',
  logger: 'listen to `events` of the Piecework',
  onError: 'listen to `events` of the Piecework',
  leaseMs: 'leases are an option of the store',
  retries: 'attempts are counted with the first one: maxAttempts',
  timeoutMs: 'there are nodeTimeoutMs, of a piece, and jobTimeoutMs, of a job',
  archiveLimits: 'limits of archives are { limits }',
} as const

/** Throws `options-invalid`. */
export function checkPieceworkOptions(given: PieceworkOptions): PieceworkOptions {
  return checkOptions('createPiecework()', given, pieceworkChecks, instead)
}

/** Ready to be used, or a class to be constructed. */
function provided<T extends object>(what: string, ...members: (keyof T & string)[]): Check<Provided<T>> {
  const ready = check.having<T>(what, ...members)
  return (value, place) => (typeof value === 'function' ? (value as Provided<T>) : ready(value, place))
}
