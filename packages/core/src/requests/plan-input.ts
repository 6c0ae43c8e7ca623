import type { Queryable } from '../contracts/database.js'
import type { JobInput } from '../contracts/job-request.js'
import type { NewJob } from '../contracts/jobs.js'
import type { EngineDeps } from '../engine/engine-deps.js'
import { parseOptions } from '../plan/applicable.js'
import { checkElsewhere } from '../plan/check-elsewhere.js'
import { inputNodes } from '../plan/nodes.js'
import { numberedPieces } from '../plan/numbered-pieces.js'
import { refuseShelless } from '../tasks/shells-of.js'
import { checkInput } from './check-input.js'

type PieceOptions = Readonly<Record<string, unknown>>

export interface PlannedInput extends Pick<NewJob, 'tree' | 'nodes' | 'batches'> {
  /** By piece name, parsed. */
  readonly options: PieceOptions
}

/** What a job over this input would run: its tree, its nodes and the options of its pieces. */
export function planInput(
  { inputs, registry, store }: Pick<EngineDeps, 'inputs' | 'registry' | 'store'>,
  {
    job,
    kind,
    input,
  }: { readonly job: string; readonly kind: 'import' | 'validation'; readonly input: JobInput },
  {
    options = {},
    parsed = {},
    db = store.database,
    signal = new AbortController().signal,
  }: {
    /** As they are given. */
    readonly options?: PieceOptions | undefined
    /** Of a job that is retried: they stay as they are. */
    readonly parsed?: PieceOptions
    /** Default: that of the store. */
    readonly db?: Queryable | undefined
    /** Of the request. */
    readonly signal?: AbortSignal | undefined
  },
): Promise<PlannedInput> {
  return inputs.use(job, input, signal, async (opened) => {
    const { tree } = opened
    checkInput(registry, input.format, opened)
    refuseShelless(registry, tree)
    const used = new Set(opened.nodes.map((node) => node.piece))
    const pieces = [...used].flatMap((piece) => registry.piece(input.format, piece) ?? [])
    await checkElsewhere({ registry, store }, pieces, db)
    const numbered = kind === 'import' ? await numberedPieces(pieces, db, store) : new Set<string>()
    return {
      tree,
      options: parseOptions(pieces, options, parsed),
      ...inputNodes(registry, input.format, opened, kind, numbered),
    }
  })
}
