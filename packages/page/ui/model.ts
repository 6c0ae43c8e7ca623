/** What the server answers, as far as it is shown. docs/http.md describes it. */
export interface Ref {
  readonly kind: string
  readonly id: string
}

export interface JobFile {
  readonly name: string
  readonly size: number
  readonly fileName?: string
  readonly expiresAt: string
  readonly href?: string
}

interface JobError {
  readonly code: string
  readonly message: string
  readonly retryable: boolean
}

export interface Job {
  readonly id: string
  readonly kind: 'export' | 'import' | 'clone' | 'validation' | 'delivery'
  readonly status:
    | 'draft'
    | 'pending'
    | 'submitted'
    | 'running'
    | 'delivering'
    | 'ending'
    | 'succeeded'
    | 'failed'
    | 'cancelled'
  readonly name?: string
  readonly error?: JobError
  readonly source?: Ref
  readonly resource?: Ref
  readonly requestedBy: string
  readonly createdAt: string
  readonly endedAt?: string
  readonly throttled?: true
  readonly retryOf?: string
  readonly retryUntil?: string
  readonly files: readonly JobFile[]
}

export interface Step {
  readonly id: string
  readonly task: string
  readonly status: string
  readonly piece?: string
  readonly rows?: number
  readonly skipped?: number
  readonly progress?: { readonly done: number; readonly total?: number }
}

export interface Stage {
  readonly batch: number
  readonly task: string
  readonly nodes: number
  readonly waiting: number
  readonly running: number
  readonly done: number
  readonly failed: number
  readonly skipped: number
  readonly rows: number
}

export interface JobState {
  readonly job: Job
  readonly revision: number
  readonly steps: number
  readonly stepsDone: number
  readonly stages: readonly Stage[]
  readonly running: readonly Step[]
  readonly progress: { readonly rows: number; readonly bytes: number; readonly remainingMs?: number }
}

export interface Finding {
  readonly severity: 'error' | 'warning'
  readonly code: string
  readonly piece: string
  readonly file?: string
  readonly line?: number
  readonly column?: string
  readonly message: string
  readonly hint?: string
  readonly count?: number
}

export interface Findings {
  readonly items: readonly Finding[]
  readonly next?: string
  readonly errors: number
  readonly warnings: number
  readonly firstStep: string
}

export interface Page<T> {
  readonly items: readonly T[]
  readonly next?: string
}

export interface Delivery {
  readonly target: string
  readonly output: string
  readonly status: 'waiting' | 'delivered' | 'failed'
  readonly deliveredAt?: string
  readonly location?: string
}

/** What the server has, from `ui/settings.json`. */
export interface Settings {
  readonly kinds: readonly { readonly kind: string; readonly parent?: string; readonly path?: string }[]
  readonly pieces: readonly { readonly name: string; readonly of: string }[]
  /** Whose files are uploaded one by one. */
  readonly formats: readonly Format[]
}

export interface Format {
  readonly name: string
  readonly makes: string
  readonly segment: string
  readonly unsorted: boolean
  readonly roles: readonly { readonly name: string; readonly required: boolean; readonly maxBytes: number }[]
}

export interface DataFile {
  readonly id: string
  readonly role: string
  readonly fileName: string
  readonly size: number
}

export interface Draft {
  readonly id: string
  readonly kind: string
  readonly job: string
  readonly status: string
  readonly files: readonly DataFile[]
  readonly missing: readonly string[]
  readonly roles: Format['roles']
}

export interface Sorted {
  readonly files: readonly { readonly role: string; readonly path: string }[]
  readonly missing: readonly string[]
  readonly findings: readonly Finding[]
}

export interface Checked {
  readonly status: 'none' | 'running' | 'passed' | 'failed' | 'stopped'
  readonly outdated: boolean
  readonly job?: string
  readonly errors: number
  readonly warnings: number
  readonly files: readonly { readonly findings: readonly Finding[] }[]
  readonly firstStep?: string
}

interface Rows {
  readonly added: number
  readonly removed: number
  readonly changed: number
  readonly equal: number
  readonly columns: Readonly<Record<string, number>>
}

export interface Diff {
  readonly equal: boolean
  readonly resources: readonly {
    readonly a?: Ref
    readonly b?: Ref
    readonly equal: boolean
    readonly pieces: readonly {
      readonly piece: string
      readonly onlyIn?: 'a' | 'b'
      readonly equal: boolean
      readonly entries: readonly {
        readonly path: string
        readonly onlyIn?: 'a' | 'b'
        readonly equal: boolean
        readonly rows?: Rows
      }[]
    }[]
  }[]
}
