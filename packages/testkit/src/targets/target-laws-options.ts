import type { Target } from '@piecework/core/piece'
import { check, type OptionChecks, required } from '@piecework/core/store'

/** A target, and what it has where it delivers to. */
export interface TargetSample {
  readonly target: Target<never>
  /** Plain JSON that the target's schema takes. */
  readonly destination: unknown
  /** Files that a user sees at the destination, by name; of a target with `bytesStay` their locations, with no bytes. */
  files(): Promise<ReadonlyMap<string, Uint8Array>>
}

export interface TargetLawsOptions {
  /** With nothing delivered yet; nothing else delivers there. */
  make(): TargetSample | Promise<TargetSample>
  /** The target moves no bytes: it only makes something that leads to them, such as a link. */
  readonly bytesStay?: true
}

export const targetLawChecks: OptionChecks<TargetLawsOptions> = {
  make: required(check.func()),
  bytesStay: check.isTrue,
}
