import type { Target } from '@piecework/core/piece'
import { check, type OptionChecks, required } from '@piecework/core/store'

/** A target, and what it has where it delivers to. */
export interface TargetSample {
  readonly target: Target<never>
  /** Plain JSON that the target's schema takes. */
  readonly destination: unknown
  /** Files that a user sees at the destination, by name. */
  files(): Promise<ReadonlyMap<string, Uint8Array>>
}

export interface TargetLawsOptions {
  /** With nothing delivered yet; nothing else delivers there. */
  make(): TargetSample | Promise<TargetSample>
}

export const targetLawChecks: OptionChecks<TargetLawsOptions> = { make: required(check.func()) }
