import { createHash } from 'node:crypto'
import { stageEntry } from '../archive/stage.js'
import { PieceworkError } from '../contracts/errors.js'
import type { StagedEntry } from '../contracts/jobs.js'
import type { PieceCounts, PieceExporter } from '../contracts/piece.js'
import type { ResourceRef } from '../contracts/resource.js'
import { addFinding, pieceContext, type Work } from './work.js'

/** Where everything of a job that ends with it is kept. */
export function jobPrefix(job: string): string {
  return `jobs/${job}`
}

/** Where one attempt stages its entries; a later attempt of the node has another place. */
export function stagingKey(work: Work): string {
  const { job, node, fence } = work.lease
  const readable = node.id.replace(/[^A-Za-z0-9._-]+/g, '_').slice(0, 80)
  const hash = createHash('sha256').update(node.id).digest('hex').slice(0, 8)
  return `${jobPrefix(job.id)}/${readable}-${hash}/${fence}`
}

/** Runs an exporter on one snapshot; its entries stand deflated in the artifact store afterwards. */
export async function exportToStaging(
  work: Work,
  piece: { readonly name: string; readonly exporter: PieceExporter },
  source: ResourceRef,
): Promise<{ readonly counts: PieceCounts; readonly entries: readonly StagedEntry[] }> {
  const entries: StagedEntry[] = []
  const prefix = stagingKey(work)
  const counts = await work.store.database.transaction(
    (tx) =>
      piece.exporter.export({
        ...pieceContext(work, piece.name, source),
        tx,
        finding: (finding) => addFinding(work, { ...finding, piece: piece.name }),
        write: async (path, bytes, rows) => {
          if (entries.some((entry) => entry.path.toLowerCase() === path.toLowerCase())) {
            throw new PieceworkError('internal', `Piece ${piece.name} writes the entry ${path} twice.`)
          }
          const { artifacts, signal } = work
          const key = `${prefix}/${path}`
          entries.push(await stageEntry({ artifacts, key, path, bytes, signal, ...(rows && { rows }) }))
        },
      }),
    { readOnly: true, signal: work.signal },
  )
  const written = entries.reduce((sum, entry) => sum + (entry.rows ?? 0), 0)
  if (written !== counts.rows) {
    throw new PieceworkError(
      'counts-differ',
      `Piece ${piece.name} counts ${counts.rows} rows and wrote ${written} into its entries.`,
    )
  }
  return { counts, entries }
}
