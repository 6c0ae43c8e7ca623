import { pathFault } from '../archive/entry-path.js'
import type { ArchiveLimits } from '../archive/limits.js'
import { assertDocument } from '../archive/parse.js'
import { partPath } from '../archive/part-path.js'
import { stageEntry } from '../archive/stage.js'
import type { ArtifactStore } from '../contracts/artifacts.js'
import { PieceworkError } from '../contracts/errors.js'
import type { StagedEntry } from '../contracts/nodes.js'
import type { EntryOptions, ExportContext, PieceExporter } from '../contracts/piece.js'
import type { PieceCounts } from '../contracts/piece-counts.js'
import { planDefaults } from '../defaults.js'
import { check } from '../options/check.js'
import { checkOptions } from '../options/check-options.js'
import type { OptionChecks } from '../options/option-checks.js'
import { Begun } from './begun.js'
import type { ByteCount } from './byte-count.js'
import { boundedJson } from './plain-json.js'

export interface Exporting {
  readonly name: string
  /** Nothing of ours reads what it writes. */
  readonly exportOnly?: true
  readonly exporter: PieceExporter
  /** Absent: the store's. */
  readonly database?: string | undefined
}

export interface Exported {
  readonly counts: PieceCounts
  readonly entries: readonly StagedEntry[]
  /** What the exporter has returned for the outputs. */
  readonly output?: unknown
}

const optionChecks: OptionChecks<EntryOptions> = { stored: check.flag }

/**
 * Stages below `prefix` what the piece writes. Throws `counts-differ` if it counts other rows than it writes.
 */
export async function exportEntries(
  piece: Exporting,
  context: Omit<ExportContext, 'write'>,
  to: {
    readonly artifacts: ArtifactStore
    readonly prefix: string
    readonly limits: Partial<ArchiveLimits> | undefined
    readonly bytes?: ByteCount
  },
): Promise<Exported> {
  const { artifacts, prefix, limits, bytes: written } = to
  const { signal, part } = context
  const entries: StagedEntry[] = []
  const names = new Set<string>()
  const writeEntry: ExportContext['write'] = async (given, bytes, how, types) => {
    const refusal = (what: string) =>
      new PieceworkError('internal', `Piece ${piece.name}: the entry "${given}" ${what}.`)
    const rows = typeof how === 'function' ? how : undefined
    const { stored = false } = typeof how === 'object' ? checkOptions('write()', how, optionChecks) : {}
    const fault = pathFault(given)
    if (fault) throw refusal(fault)
    const path = part && rows ? partPath(given, part.number) : given
    if (names.has(path.toLowerCase())) throw refusal('is written twice')
    if (rows && !path.endsWith('.csv')) throw refusal('has rows, which only a .csv has')
    // Readers could not tell it from the joined table.
    if (part && !rows && path.endsWith('.csv')) throw refusal('is no table, and a .csv of a part has rows')
    names.add(path.toLowerCase())
    // What is written as a whole is read as a whole.
    if (!piece.exportOnly && path.endsWith('.json') && bytes instanceof Uint8Array)
      assertDocument(path, bytes)
    const key = `${prefix}/${given}`
    const all = bytes instanceof Uint8Array ? one(bytes) : bytes
    const chunks = written ? written.of(all) : all
    entries.push(
      await stageEntry({
        artifacts,
        key,
        path,
        bytes: chunks,
        signal,
        ...(limits && { limits }),
        ...(stored && { stored }),
        ...(rows && { rows }),
        ...(types && { types }),
      }),
    )
  }
  const begun = new Begun()
  const { result, ...counts } = await piece.exporter.export({
    ...context,
    write: (...entry) => begun.noticed(writeEntry(...entry)),
  })
  await begun.all()
  const stated = entries.reduce((sum, entry) => sum + (entry.rows ?? 0), 0)
  if (stated !== counts.rows) {
    throw new PieceworkError(
      'counts-differ',
      `Piece ${piece.name} counts ${counts.rows} rows, and its entries hold ${stated} by the third argument of write().`,
    )
  }
  if (result === undefined) return { counts, entries }
  boundedJson(`Piece ${piece.name}: the result of export()`, result, planDefaults.resultBytes)
  return { counts, entries, output: result }
}

async function* one(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes
}
