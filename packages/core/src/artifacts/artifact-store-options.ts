import type { Environment } from '../contracts/environment.js'
import { check } from '../options/check.js'
import { checkOptions } from '../options/check-options.js'

export interface ArtifactStoreOptions {
  /** Default: the time of this process. */
  readonly environment?: Environment
}

/** Throws `options-invalid`. */
export function checkArtifactOptions(
  subject: string,
  given: ArtifactStoreOptions | undefined,
): ArtifactStoreOptions {
  return checkOptions<ArtifactStoreOptions>(subject, given, { environment: check.environment })
}
