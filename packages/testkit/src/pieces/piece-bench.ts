import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import {
  type Entries,
  type EntryFile,
  entriesOf,
  type Ids,
  type NewFiles,
  type Piece,
} from '@piecework/core/piece'
import type { Database, Finding, PieceCounts, ResourceRef, Transaction } from '@piecework/core/store'
import { bytesOf, chunked } from '../bytes.js'
import { lawFiles } from './law-files.js'
import { removeIn } from './law-host.js'
import { lawIds } from './law-ids.js'
import { lawKeys } from './law-keys.js'
import type { PieceLawsOptions, Sample } from './piece-laws-options.js'
import { spreadSequences, transactionId } from './sequences.js'

export interface ExportedEntry {
  readonly path: string
  readonly bytes: Buffer
  readonly rows?: number
}

interface Exported {
  readonly entries: readonly ExportedEntry[]
  readonly counts: PieceCounts
}

/** What one import or clone left behind before it was rolled back. */
interface Copy {
  readonly target: ResourceRef
  readonly content: unknown
  readonly counts: PieceCounts
  readonly findings: readonly Omit<Finding, 'piece'>[]
}

export interface CopyOptions {
  /** Its id decides the new ids. Default: a new one. */
  readonly job?: string
  readonly signal?: AbortSignal
  /** Puts something else in the place of an entry's bytes. */
  readonly open?: (entry: ExportedEntry) => AsyncIterable<Uint8Array>
  /** Looks at the database before anything is made. */
  readonly begin?: (tx: Transaction) => Promise<void>
  /** Looks at the copy. */
  readonly made?: (tx: Transaction, target: ResourceRef) => Promise<void>
  /** Is told of files before they are put. */
  readonly announce?: (files: readonly string[]) => Promise<void>
  /** Looks at what is left of an attempt before its files are removed. */
  readonly undone?: () => Promise<void>
  /** Looks at it after the copy was removed as that of a failed job is. Absent: it is not removed. */
  readonly removed?: (tx: Transaction) => Promise<void>
}

/** A sample resource in a database, and what a piece does with it. */
export interface PieceBench {
  readonly db: Database
  readonly sample: Sample
  readonly source: ResourceRef
  /** Transaction before the sample was made. */
  readonly began: string
  /** `write` replaces what is done with the bytes of an entry. */
  export(options?: {
    readonly signal?: AbortSignal
    readonly write?: (bytes: AsyncIterable<Uint8Array>) => Promise<Buffer>
  }): Promise<Exported>
  import(exported: Exported, options?: CopyOptions): Promise<Copy>
  clone(options?: CopyOptions): Promise<Copy>
}

export async function pieceBench(laws: PieceLawsOptions): Promise<PieceBench> {
  const db = await laws.database()
  await spreadSequences(db)
  const began = await transactionId(db)
  const sample = await laws.sample(db)
  const source = sample.resource
  const options = laws.piece.options?.parse(laws.options ?? {})
  const principal = laws.principal ?? { id: randomUUID() }
  const idsOf = lawIds(laws, db, source)
  const reserve = lawKeys(db)
  const context = (job: string, resource: ResourceRef, signal: AbortSignal) => ({
    jobId: job,
    resource,
    principal,
    options,
    signal,
    progress: () => {},
  })

  // The transactions are not given the signal: the piece has to hear of it by itself.
  const exportOf = async (
    piece: Piece,
    signal: AbortSignal = new AbortController().signal,
    write: (bytes: AsyncIterable<Uint8Array>) => Promise<Buffer> = bytesOf,
  ): Promise<Exported> => {
    const entries: ExportedEntry[] = []
    const counts = await db.transaction(
      async (tx) =>
        piece.exporter?.export({
          ...context(randomUUID(), source, signal),
          options: piece === laws.piece ? options : piece.options?.parse({}),
          tx,
          finding: () => {},
          write: async (path, chunks, rows) => {
            const bytes = chunks instanceof Uint8Array ? Buffer.from(chunks) : await write(chunks)
            entries.push({ path, bytes, ...(typeof rows === 'function' && { rows: rows() }) })
          },
        }),
      { readOnly: true },
    )
    return { entries, counts: counts ?? assert.fail(`${piece.name} has no exporter`) }
  }

  /** Exports the pieces of `before`; on a database with one connection no transaction may be open. */
  const exportBefore = async () => {
    const exported: { readonly piece: Piece; readonly entries: Entries }[] = []
    for (const piece of laws.before ?? []) {
      const { entries } = await exportOf(piece)
      exported.push({ piece, entries: entriesOf(entries.map((entry) => fileOf(entry))) })
    }
    return exported
  }

  /** Makes the shell, imports `before`, lets `work` fill it, looks at it, and rolls everything back. */
  const copy = async (
    how: CopyOptions,
    work: (made: Made) => Promise<PieceCounts | undefined>,
    given?: Entries,
  ): Promise<Copy> => {
    const { job = randomUUID(), signal = new AbortController().signal, begin, made: look, removed } = how
    const files = lawFiles(how.announce)
    const target = { kind: source.kind, id: (await idsOf(job)).idOf(laws.kind.table, source.id) }
    const findings: Omit<Finding, 'piece'>[] = []
    const parent = await laws.kind.parentOf?.(source, db)
    const before = await exportBefore()
    const finding = (found: Omit<Finding, 'piece'>): void => void findings.push(found)
    const replaced = async (): Promise<void> => {}
    const carries = (kind: string): boolean => kind === source.kind
    const whole = { ...context(job, target, new AbortController().signal), source, carries, finding }
    const own = { piece: laws.piece, ...(given && { entries: given }) }
    const ids = await idsOf(job, await reserve(whole, [...before, own]))
    let done: Copy | undefined
    const undone = db.transaction(async (tx) => {
      await begin?.(tx)
      const shell = { ref: target, owner: principal.id, source: 'archive', ...(parent && { parent }) }
      await laws.kind.shell?.create(shell, tx)
      const made = { ...context(job, target, signal), tx, ids, source, carries, finding, replaced, files }
      for (const { piece, entries } of before)
        await piece.importer?.import({ ...made, options: piece.options?.parse({}), entries })
      const counts = await work(made)
      await tx.query('SET CONSTRAINTS ALL IMMEDIATE')
      await look?.(tx, target)
      const content = await laws.content(target, tx)
      if (removed) {
        await tx.query('SET CONSTRAINTS ALL DEFERRED')
        await removeIn(laws, target, tx)
        await tx.query('SET CONSTRAINTS ALL IMMEDIATE')
        await removed(tx)
      }
      done = { target, content, counts: counts ?? assert.fail('the piece counts nothing'), findings }
      throw new Error('rolled back by the laws')
    })
    try {
      await undone.catch((error: unknown) => {
        if (!done) throw error
      })
    } finally {
      await how.undone?.()
      const { signal: never } = new AbortController()
      for (const { files: beside } of [laws.piece, ...(laws.before ?? [])])
        await beside?.remove(files.announced, never)
    }
    return done ?? assert.fail('the transaction committed')
  }

  return {
    db,
    sample,
    source,
    began,
    export: ({ signal, write } = {}) => exportOf(laws.piece, signal, write),
    import: (exported, how = {}) =>
      copy(
        how,
        async (made) => {
          const entries = entriesOf(exported.entries.map((entry) => fileOf(entry, how.open)))
          return laws.piece.importer?.import({ ...made, entries })
        },
        entriesOf(exported.entries.map((entry) => fileOf(entry))),
      ),
    clone: (how = {}) => copy(how, async (made) => laws.piece.cloner?.clone(made)),
  }
}

interface Made {
  readonly jobId: string
  readonly resource: ResourceRef
  readonly principal: { readonly id: string }
  readonly options: unknown
  readonly signal: AbortSignal
  readonly tx: Transaction
  readonly ids: Ids
  readonly source: ResourceRef
  progress(): void
  carries(kind: string): boolean
  finding(finding: Omit<Finding, 'piece'>): void
  replaced(): Promise<void>
  readonly files: NewFiles
}

/** Chunks of some bytes only, so that records and characters are cut. */
function fileOf(entry: ExportedEntry, open?: CopyOptions['open']): EntryFile {
  const { path, bytes, rows } = entry
  return {
    path,
    facts: { size: bytes.length, ...(rows !== undefined && { rows }) },
    open: () => open?.(entry) ?? chunked(bytes, 61),
  }
}
