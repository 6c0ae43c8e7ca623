import type { Entries } from '../contracts/entries.js'
import { isPieceworkError, type JobError, PieceworkError } from '../contracts/errors.js'
import type { NewFinding } from '../contracts/finding.js'
import type { Piece } from '../contracts/piece.js'
import type { DryRun } from '../contracts/validator.js'
import { pauseDefaults } from '../defaults.js'
import { jobError } from '../engine/job-error.js'
import { carriedKinds } from '../plan/carried-kinds.js'
import { databaseOf } from '../plan/in-database.js'
import { newRefIfKnown } from '../plan/new-ref-of.js'
import { inputNode } from '../requests/inputs.js'
import { pause } from '../system-environment.js'
import { type AttemptContext, commit, pieceContext, type TaskRunner } from './attempt-context.js'
import { dryRunOf } from './dry-run.js'
import { meteredEntries } from './metered-entries.js'
import { openSession } from './open-session.js'

/** All validators of one piece over all that it would read. Errors fail the node; warnings do not. */
export const validateTask: TaskRunner = async (attempt) => {
  const { job, node } = attempt.lease
  const input = job.request.input
  if (!input) throw new PieceworkError('internal', `Job ${job.id} has no input.`)
  const problems = new Problems(attempt, node.piece ?? input.format, input.missing)
  await attempt.inputs.use(job.id, input, attempt.signal, async (opened) => {
    if (!node.piece || !node.resource) {
      for (const finding of opened.findings) problems.add(finding)
      return
    }
    const piece = attempt.registry.piece(input.format, node.piece)
    if (!piece) throw new PieceworkError('piece-unknown', `No pack knows the piece "${node.piece}".`)
    const entries = meteredEntries(inputNode(opened, node.resource, node.piece).entries, attempt.bytes)
    const read = input.format === 'archive' ? readThrough(entries) : { entries, rest: [] }
    await runValidators(attempt, piece, read, problems, dryRunOf(attempt, opened))
  })
  const error = problems.error()
  const progress = { done: problems.rows, bytes: attempt.bytes.total }
  return commit(attempt, { progress, findings: attempt.findings.list(), ...(error && { error }) })
}

/** What is wrong with the input: findings of validators and what made them stop. */
class Problems {
  readonly #attempt: AttemptContext
  readonly #piece: string
  /** Files that are still to come. */
  readonly #missing: readonly string[]
  /** As the last validator has reported. */
  rows = 0
  /** Files with an error. */
  readonly refused = new Set<string>()
  #errors = 0
  #thrown: PieceworkError | undefined

  constructor(attempt: AttemptContext, piece: string, missing: readonly string[] = []) {
    this.#attempt = attempt
    this.#piece = piece
    this.#missing = missing
  }

  add(finding: NewFinding): void {
    if (this.#isMissing(finding)) return
    if (finding.severity === 'error') {
      this.#errors += 1
      if (finding.file !== undefined) this.refused.add(finding.file)
    }
    this.#attempt.findings.add({ ...finding, piece: this.#piece })
  }

  /**
   * Runs one part of the validation. What makes it stop is one more problem, so that the other parts still
   * report theirs.
   */
  async of(part: () => Promise<void>): Promise<void> {
    try {
      await part()
    } catch (error) {
      if (!isPieceworkError(error) || error.retryable || this.#attempt.signal.aborted) throw error
      const { entry } = error.facts
      const file = typeof entry === 'string' ? { file: entry } : {}
      if (!this.#isMissing(file)) this.#thrown ??= error
      this.add({ severity: 'error', code: `core/${error.code}`, message: error.message, ...file })
      for (const finding of error.findings) this.add(finding)
    }
  }

  #isMissing({ file }: Pick<NewFinding, 'file'>): boolean {
    return file !== undefined && this.#missing.includes(file)
  }

  error(): JobError | undefined {
    if (this.#errors === 0) return undefined
    const { node } = this.#attempt.lease
    if (this.#errors === 1 && this.#thrown) return jobError(this.#thrown, node)
    const message = `${this.#piece}: ${this.#errors} ${this.#errors === 1 ? 'error' : 'errors'} in the input.`
    return { code: 'validation-failed', message, node: node.id, retryable: false }
  }
}

async function runValidators(
  attempt: AttemptContext,
  piece: Piece,
  input: ReadThrough,
  problems: Problems,
  dryRun: DryRun | undefined,
): Promise<void> {
  const { job, node } = attempt.lease
  if (!node.resource) return
  const target = newRefIfKnown(attempt.registry, job, node.resource)
  const { resource: _, ...common } = pieceContext(attempt, piece.name, node.resource)
  const context = {
    ...common,
    ...carriedKinds(job),
    entries: input.entries,
    ...(target && { target, resource: target }),
    ...(dryRun && { dryRun }),
    progress: (done: number, total?: number) => {
      problems.rows = done
      attempt.progress(done, total)
    },
  }
  for (const validator of piece.validators ?? []) {
    await problems.of(() =>
      databaseOf(attempt.store, piece.database).transaction(
        async (tx) => {
          await openSession(attempt, tx, piece.database)
          let found = 0
          for await (const finding of validator.validate({ ...context, tx })) {
            attempt.signal.throwIfAborted()
            problems.add(finding)
            found += 1
            // They may be many, and come without a wait.
            if (found % pauseDefaults.findings === 0) await pause()
          }
        },
        { readOnly: true, signal: attempt.signal },
      ),
    )
  }
  for (const { path, isBegun, read } of input.rest)
    if (isBegun() || !problems.refused.has(path)) await problems.of(read)
}

interface ReadThrough {
  readonly entries: Entries
  /**
   * Reads what no validator has read to its end, so that every checksum is compared before anything is written.
   * An entry that was refused unread need not be read any more: there may be as many as an archive holds.
   */
  readonly rest: readonly { readonly path: string; isBegun(): boolean; read(): Promise<void> }[]
}

function readThrough(entries: Entries): ReadThrough {
  const unread = new Set(entries.paths)
  const begun = new Set<string>()
  async function* toTheEnd<T>(path: string, items: AsyncIterable<T>): AsyncIterable<T> {
    begun.add(path)
    try {
      yield* items
    } catch (error) {
      // Reported by the validator: this entry cannot be read to its end.
      unread.delete(path)
      throw error
    }
    unread.delete(path)
  }
  return {
    entries: {
      paths: entries.paths,
      facts: (path) => entries.facts(path),
      open: (path, range) => (range ? entries.open(path, range) : toTheEnd(path, entries.open(path))),
      json: async (path, schema) => {
        const document = await entries.json(path, schema)
        unread.delete(path)
        return document
      },
      rows: (path) => toTheEnd(path, entries.rows(path)),
    },
    rest: entries.paths.map((path) => ({
      path,
      isBegun: () => begun.has(path),
      read: async () => {
        if (unread.has(path)) for await (const _ of entries.open(path));
      },
    })),
  }
}
