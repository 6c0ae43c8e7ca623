import type { SoakJob } from '../place.js'
import type { Problem } from '../problem.js'
import type { Answer } from '../requester.js'
import type { Scene } from '../scene.js'

/**
 * How a job may end although nothing is wrong: the error's code; `''` if there is no job, `refused: …` if
 * there is none for this reason alone.
 */
export type Ends = readonly string[]

export interface Fault {
  /** Resolves when it is over and all is as before, but for what the aftermath tells. */
  inject(injection: Injection): Promise<Aftermath | undefined>
  /** Beside success. */
  mayEnd(job: SoakJob): Ends
  /** Share of its moments that come while the job is asked for, where an import uploads. Default 0.2. */
  readonly early?: number
  /** Share of its moments that come before the job is asked for. Default 0. */
  readonly before?: number
  /** Files may stay until they are old: of what died, and of what no process could ask the database about. */
  readonly leaves?: true
  /** Absent: all kinds. */
  befalls?(job: SoakJob): boolean
  /** Why it cannot be injected here. */
  missing?(scene: Scene): string | undefined
}

export interface Injection {
  readonly scene: Scene
  /** The job that it befalls. */
  readonly kind: SoakJob
  readonly principal: string
  /** In [0, 1). */
  readonly random: () => number
  /** No further job of this principal will be created. */
  readonly answered: AbortSignal
}

/** A job that a fault has asked for, beside the one that it befalls. */
export interface OtherJob {
  /** Of which its sources and references are those of the job. */
  readonly scene: Scene
  readonly kind: SoakJob
  readonly principal: string
  readonly answer: Answer | 'gone'
  readonly mayEnd: Ends
}

export interface Aftermath {
  readonly others?: readonly OtherJob[]
  /** What the job is compared with, if not with what it always makes. */
  readonly expected?: Scene
  /** When all jobs have ended. */
  check?(): Promise<readonly Problem[]>
  /** Undoes what the host has done; before the tables are compared with those before the round. */
  restore?(): Promise<unknown>
}
