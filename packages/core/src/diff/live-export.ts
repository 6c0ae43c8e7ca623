import type { Allow } from '../access/allow.js'
import { allowResource } from '../access/allow-resource.js'
import type { StagedEntry } from '../contracts/nodes.js'
import type { ResourceRef, ResourceTree } from '../contracts/resource.js'
import type { EngineDeps } from '../engine/engine-deps.js'
import { applicable, parseOptions } from '../plan/applicable.js'
import { assertPiecesKnown } from '../plan/piece-unknown.js'
import { readTree } from '../plan/source.js'
import { walkTree } from '../plan/tree.js'
import { canonicalRequest } from '../requests/canonical-request.js'
import type { SourceRequest } from '../requests/export-request.js'
import { exportEntries } from '../tasks/export-entries.js'
import { jobPrefix } from '../tasks/staging.js'
import { refusePieceElsewhere } from './refuse-elsewhere.js'

/** A resource as it is now, exported for a comparison. */
export interface LiveExport {
  readonly tree: ResourceTree
  readonly nodes: readonly {
    readonly resource: ResourceRef
    readonly name: string
    readonly entries: readonly StagedEntry[]
  }[]
  /** Removes what was staged. */
  remove(): Promise<void>
}

/**
 * Stages what an export would, in one snapshot of the database: all of it is of one moment, so no claim is
 * taken and edits go on. No job is made.
 */
export async function exportLive(
  {
    store,
    registry,
    artifacts,
    environment,
    limits,
    session,
  }: Pick<EngineDeps, 'store' | 'registry' | 'artifacts' | 'environment' | 'limits' | 'session'>,
  allow: Allow,
  request: SourceRequest,
  signal: AbortSignal,
): Promise<LiveExport> {
  const canonical = await canonicalRequest(registry, store.database, request)
  const { principal, resource, children } = canonical
  await allowResource(allow, principal, 'export', resource)
  const without = new Set(request.without)
  assertPiecesKnown(without, registry.pieces)
  const pieces = [...registry.pieces.values()].filter(
    ({ name, exporter, exportOnly }) => exporter && !exportOnly && !without.has(name),
  )
  for (const piece of pieces) refusePieceElsewhere(piece)
  const options = parseOptions(registry.pieces.values(), request.options)
  const jobId = environment.uuid()
  const remove = () => artifacts.delete(jobPrefix(jobId))
  const stage = store.database.transaction(
    async (tx) => {
      const tree = await readTree(registry, tx, resource, children)
      const piecesOf = await applicable(tree, pieces, { jobId, principal, options, db: tx, store })
      const nodes: LiveExport['nodes'][number][] = []
      for (const { ref } of walkTree(tree)) {
        for (const { name, exporter } of piecesOf(ref)) {
          if (!exporter) continue
          signal.throwIfAborted()
          await session?.(tx, { job: jobId, kind: 'diff', principal, piece: name, resource: ref })
          const work = { jobId, resource: ref, principal, options: options[name], signal, tx }
          const context = { ...work, progress: () => undefined, finding: () => undefined }
          const prefix = `${jobPrefix(jobId)}/${nodes.length}`
          const { entries } = await exportEntries({ name, exporter }, context, { artifacts, prefix, limits })
          nodes.push({ resource: ref, name, entries })
        }
      }
      return { tree, nodes, remove }
    },
    { readOnly: true, signal },
  )
  return stage.catch(async (error: unknown) => {
    await remove()
    throw error
  })
}
