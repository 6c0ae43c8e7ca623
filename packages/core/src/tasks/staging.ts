import { createHash } from 'node:crypto'
import { pathFault } from '../archive/entry-path.js'
import type { ArchiveLimits } from '../archive/limits.js'
import { assertDocument } from '../archive/parse.js'
import { partPath } from '../archive/part-path.js'
import { stageEntry } from '../archive/stage.js'
import type { ArtifactStore } from '../contracts/artifacts.js'
import type { NodeResult } from '../contracts/attempts.js'
import { PieceworkError } from '../contracts/errors.js'
import type { NewFinding } from '../contracts/finding.js'
import type { StagedEntry } from '../contracts/nodes.js'
import type { ExportContext, PieceExporter } from '../contracts/piece.js'
import type { PieceCounts } from '../contracts/piece-counts.js'
import type { ResourceRef } from '../contracts/resource.js'
import { type AttemptContext, pieceContext } from './attempt-context.js'
import { Begun } from './begun.js'
import type { ByteCount } from './byte-count.js'
import { readSource } from './read-source.js'

/** Prefix of everything of a job that is deleted with it. */
export function jobPrefix(job: string): string {
  return `jobs/${job}`
}

/** Prefix of the archives that an export's attempts make. */
export function archivePrefix(job: string): string {
  return `archives/${job}`
}

/** Key below which one attempt stages its entries; a later attempt of the node uses another key. */
export function stagingKey(attempt: AttemptContext): string {
  const { job, node, fence } = attempt.lease
  const readable = node.id.replace(/[^A-Za-z0-9._-]+/g, '_').slice(0, 80)
  // Ids of resources may be texts of which no character is readable here: the hash alone must tell nodes apart.
  const hash = createHash('sha256').update(node.id).digest('hex').slice(0, 32)
  return `${jobPrefix(job.id)}/${readable}-${hash}-${fence}`
}

/** Runs an exporter on one snapshot, that of the job's moment in an export; its entries stand deflated in the artifact store afterwards. */
export async function exportToStaging(
  attempt: AttemptContext,
  piece: Exporting,
  source: ResourceRef,
): Promise<Exported & Pick<NodeResult, 'moment'>> {
  const { artifacts, limits } = attempt
  const prefix = stagingKey(attempt)
  const { part } = attempt.lease.node
  const context = {
    ...pieceContext(attempt, piece.name, source),
    ...(part && { part }),
    finding: (finding: NewFinding) => attempt.findings.add({ ...finding, piece: piece.name }),
  }
  const { value, moment } = await readSource(attempt, (tx) =>
    exportEntries(piece, { ...context, tx }, { artifacts, prefix, limits, bytes: attempt.bytes }),
  )
  return { ...value, ...(moment !== undefined && { moment }) }
}

interface Exporting {
  readonly name: string
  /** Nothing of ours reads what it writes. */
  readonly exportOnly?: true
  readonly exporter: PieceExporter
}

interface Exported {
  readonly counts: PieceCounts
  readonly entries: readonly StagedEntry[]
}

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
  const writeEntry: ExportContext['write'] = async (given, bytes, rows, types) => {
    const refusal = (what: string) =>
      new PieceworkError('internal', `Piece ${piece.name}: the entry "${given}" ${what}.`)
    const fault = pathFault(given)
    if (fault) throw refusal(fault)
    if (part && !(rows && given.endsWith('.csv')))
      throw refusal('is no table, and a part writes tables alone')
    const path = part ? partPath(given, part.number) : given
    if (names.has(path.toLowerCase())) throw refusal('is written twice')
    if (rows && !path.endsWith('.csv')) throw refusal('has rows, which only a .csv has')
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
        ...(rows && { rows }),
        ...(types && { types }),
      }),
    )
  }
  const begun = new Begun()
  const counts = await piece.exporter.export({
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
  return { counts, entries }
}

async function* one(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes
}
