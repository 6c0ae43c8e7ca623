import type { ByteRange } from './artifacts.js'
import type { NewFinding } from './finding.js'
import type { Principal } from './principal.js'
import type { Schema } from './schema.js'

/** What an export has made, as a target gets it. */
export interface DeliveredFile {
  /** `archive`, or the name of a pack's output. */
  readonly output: string
  readonly mediaType: string
  /** For people; every disk takes it. */
  readonly fileName: string
  readonly size: number
  /** Of all bytes, hex. */
  readonly sha256: string
  /**
   * Throws `storage` if there are fewer bytes than there were; read whole, at the end, if they are not those of
   * `sha256`. Show nothing before.
   */
  open(range?: ByteRange): AsyncIterable<Uint8Array>
}

/** JSON that is kept with a delivery, so that another attempt, in whatever process, goes on from it. */
export interface DeliveryState {
  /** What was kept last, by any attempt. Undefined: nothing. */
  get(): Promise<unknown>
  /**
   * Kept when it resolves. No secrets: it is stored as it is. Throws `lease-lost` when another attempt has taken
   * over: then stop.
   */
  put(state: unknown): Promise<void>
}

export interface DeliverContext<Destination = unknown> {
  readonly jobId: string
  readonly principal: Principal
  readonly file: DeliveredFile
  readonly destination: Destination
  /**
   * The same for each attempt, and each later request, to deliver this file of this job to this destination: what
   * was delivered under it before may be replaced.
   */
  readonly key: string
  readonly state: DeliveryState
  readonly signal: AbortSignal
  /** Bytes; cheap enough to call for each chunk. */
  progress(done: number, total?: number): void
  /** Adds to the job's report. */
  finding(finding: NewFinding): void
}

/** Kept in the job's result: no secrets. */
export interface DeliveryReceipt {
  /** Where the file is now, for people. */
  readonly location?: string
}

export interface DeliveryRequest<Destination = unknown> {
  readonly principal: Principal
  readonly destination: Destination
  /**
   * Of what is to be delivered, in bytes; before it is made, of what the last export of the same was, or the estimate of its
   * output. Absent: unknown.
   */
  readonly size?: number
  /** `size` is an estimate of the output: what it has at most. */
  readonly isEstimate?: true
  /** Aborted when another target has refused, or the request has ended. */
  readonly signal?: AbortSignal
}

/** Where finished outputs go. An attempt may be killed at any moment, and the next one begins with its state. */
export interface Target<Destination = unknown> {
  /** Letters, digits, `-` and `/`; unique. */
  readonly name: string
  /**
   * Of destinations. What it makes of one is stored with the job and shown to all who may see that: plain JSON,
   * without secrets.
   */
  readonly schema: Schema<Destination>
  /** Called when a delivery is requested; throws what the principal should know at once. */
  check?(request: DeliveryRequest<Destination>): Promise<void>
  /**
   * Resolves when the file is there, whole. Throws a PieceworkError with `retryable` for what may pass; then it
   * is called again, after `facts.retryAfterMs` if that is longer than the usual wait.
   */
  deliver(context: DeliverContext<Destination>): Promise<DeliveryReceipt>
}
