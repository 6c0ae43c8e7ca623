import {
  type Database,
  type Entries,
  type Finding,
  isPieceworkError,
  type Piece,
  type ValidationContext,
  type Validator,
} from '@piecework/core/piece'

export interface Validation {
  readonly findings: readonly Finding[]
  readonly rows: number
}

export interface ValidateOptions {
  /** By piece. */
  readonly options: Readonly<Record<string, unknown>>
  /** Opens a transaction for each validator. */
  readonly database: Database
  readonly signal: AbortSignal
}

/** Runs all validators of all pieces over the same uploads, as a validation job would, without a job. */
export async function validatePieces(
  pieces: readonly Piece[],
  entries: Entries,
  { options, database, signal }: ValidateOptions,
): Promise<Validation> {
  const findings: Finding[] = []
  const known = new Set<string>()
  let rows = 0
  const add = (finding: Finding) => {
    // Each validator that reads a file reports that it cannot be read.
    const key = JSON.stringify({ ...finding, piece: undefined })
    if (!known.has(key)) findings.push(finding)
    known.add(key)
  }
  for (const piece of pieces) {
    const target = { kind: piece.of, id: 'folder' }
    for (const validator of piece.validators ?? []) {
      let done = 0
      const context = {
        jobId: 'check',
        principal: { id: 'check' },
        resource: target,
        target,
        carries: () => true,
        options: piece.options?.parse(options[piece.name] ?? {}),
        entries,
        signal,
        progress: (now: number) => {
          done = now
        },
      }
      await problemsOf(piece.name, add, () => run(validator, context, database, piece.name, add))
      rows += done
    }
  }
  return { findings, rows }
}

function run(
  validator: Validator,
  context: Omit<ValidationContext, 'tx'>,
  database: Database,
  piece: string,
  add: (finding: Finding) => void,
): Promise<void> {
  const { signal } = context
  return database.transaction(
    async (tx) => {
      for await (const finding of validator.validate({ ...context, tx })) {
        signal.throwIfAborted()
        add({ ...finding, piece })
      }
    },
    { readOnly: true, signal },
  )
}

/** What stops a validator is one more problem, so that the others still report theirs. */
async function problemsOf(
  piece: string,
  add: (finding: Finding) => void,
  validate: () => Promise<void>,
): Promise<void> {
  try {
    await validate()
  } catch (error) {
    if (!isPieceworkError(error) || error.retryable || error.code === 'database') throw error
    const { entry } = error.facts
    const file = typeof entry === 'string' ? { file: entry } : {}
    add({ severity: 'error', code: `core/${error.code}`, piece, message: error.message, ...file })
    for (const finding of error.findings) add(finding)
  }
}
