import type { Entries } from '../../contracts/entries.js'
import { PieceworkError } from '../../contracts/errors.js'
import type { Finding } from '../../contracts/finding.js'
import type { Piece } from '../../contracts/piece.js'
import { inputNode } from '../inputs.js'
import { addFinding, pieceContext, type TaskOf, targetOf, type Work } from '../work.js'

/** All validators of one piece over all that it would read. Errors fail the node; warnings do not. */
export const validateTask: TaskOf = async (work) => {
  const { job, node } = work.lease
  const input = job.request.input
  if (!input) throw new PieceworkError('internal', `Job ${job.id} has no input.`)
  let errors = 0
  const add = (finding: Finding) => {
    if (finding.severity === 'error') errors += 1
    addFinding(work, finding)
  }
  await work.inputs.use(job.id, input, work.signal, async (opened) => {
    if (!node.piece || !node.resource) {
      for (const finding of opened.findings) add({ ...finding, piece: input.format })
      return
    }
    const piece = work.registry.piece(input.format, node.piece)
    if (!piece) throw new PieceworkError('piece-unknown', `No pack knows the piece "${node.piece}".`)
    const { entries } = inputNode(opened, node.resource, node.piece)
    await runValidators(
      work,
      piece,
      input.format === 'archive' ? readThrough(entries) : { entries, rest: nothing },
      add,
    )
  })
  const { findings } = work
  const message = `${node.piece ?? input.format}: ${errors} ${errors === 1 ? 'error' : 'errors'} in the input.`
  return work.store.attempts.run(work.lease, async () => ({
    findings,
    ...(errors > 0 && {
      error: { code: 'validation-failed', message, node: node.id, retryable: false },
    }),
  }))
}

async function runValidators(work: Work, piece: Piece, input: ReadThrough, add: (finding: Finding) => void) {
  const { job, node } = work.lease
  if (!node.resource) return
  const target = targetOf(work.registry, job, node.resource)
  const context = { ...pieceContext(work, piece.name, target), entries: input.entries, target }
  await work.store.database.transaction(
    async (tx) => {
      for (const validator of piece.validators ?? []) {
        for await (const finding of validator.validate({ ...context, tx })) {
          work.signal.throwIfAborted()
          add({ ...finding, piece: piece.name })
        }
      }
    },
    { readOnly: true, signal: work.signal },
  )
  await input.rest()
}

interface ReadThrough {
  readonly entries: Entries
  /** Reads what nobody has opened, so that every checksum is compared before anything is written. */
  rest(): Promise<void>
}

function readThrough(entries: Entries): ReadThrough {
  const unread = new Set(entries.paths)
  const seen = <T>(path: string, result: T): T => {
    unread.delete(path)
    return result
  }
  return {
    entries: {
      paths: entries.paths,
      facts: (path) => entries.facts(path),
      open: (path, range) => seen(path, entries.open(path, range)),
      json: (path, schema) => seen(path, entries.json(path, schema)),
      rows: (path) => seen(path, entries.rows(path)),
    },
    rest: async () => {
      for (const path of unread) for await (const _ of entries.open(path));
    },
  }
}

async function nothing(): Promise<void> {}
