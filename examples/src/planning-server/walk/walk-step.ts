import type { Database } from '@piecework/core'

/** What came to the last line of a step. */
export interface Answer {
  readonly status: number
  readonly text: string
  /** Of a stream of events, the data of the last one. */
  readonly json?: unknown
}

/** By name, as the lines have them: `JOB`. */
export type Variables = Record<string, string>

export interface WalkContext {
  readonly variables: Variables
  readonly database: Database
  /** Where the lines run. */
  readonly folder: string
}

/** One request of a client, and what should come. */
export interface WalkStep {
  readonly title: string
  /** For a shell, as it is printed and run. Absent: something is compared on the server. */
  readonly line?: string
  readonly status?: number
  /** Variables of later lines, and where in the answer they are: `{ JOB: 'id' }`. */
  readonly keep?: Readonly<Record<string, string>>
  /** What is true of the answer, by the place in it. */
  readonly has?: Readonly<Record<string, unknown>>
  /** Whatever else should be true; throws. */
  check?(answer: Answer, context: WalkContext): Promise<void> | void
}

export interface WalkPart {
  readonly title: string
  readonly steps: readonly WalkStep[]
}

/** What is at `place` (`files.0.sha256`) of a document. */
export function valueAt(document: unknown, place: string): unknown {
  return place
    .split('.')
    .reduce<unknown>((value, name) => (value as Record<string, unknown> | undefined)?.[name], document)
}
