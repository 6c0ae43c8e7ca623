/** What would settle a finding, for programs that make a form or a command of it. */
export interface FindingFix {
  /** Upload that it is about. */
  readonly role: string
  /** Metadata to give with the upload; null stands for a value that the user must choose. */
  readonly metadata?: Readonly<Record<string, string | null>>
  /** A file to upload instead: its path below the folder that was searched. */
  readonly file?: string
}

/** One of what the files are about, as people know it: `{ kind: 'planning-unit', key: '17' }`. */
export interface FindingSubject {
  readonly kind: string
  readonly key: string
}

/** One error or warning about what a job reads or carries. The name of the piece is added by the engine. */
export interface NewFinding {
  readonly severity: 'error' | 'warning'
  /** Stable, for programs: `pack/what-is-wrong`. */
  readonly code: string
  /** Entry or uploaded file. */
  readonly file?: string
  /** Line of the file as it was given, from 1. */
  readonly line?: number
  readonly column?: string
  /** What stands there, as it is written. */
  readonly value?: string
  /** What it is about, for a map and for filters; of several the first. */
  readonly subject?: FindingSubject
  /** One sentence for people. */
  readonly message: string
  /** What to do about it. */
  readonly hint?: string
  /** The same, for programs. */
  readonly fix?: FindingFix
  /**
   * On the first of a kind (severity and code) in its file: how many of the kind there are, when not all are
   * listed. On one that stands alone: the number of rows, or of whatever else it is about.
   */
  readonly count?: number
}

export interface Finding extends NewFinding {
  /** Name of the piece that found it. */
  readonly piece: string
}
