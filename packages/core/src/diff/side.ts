import { openArchive } from '../archive/reader.js'
import type { ByteSource } from '../archive/source.js'
import { stagedEntries } from '../archive/stage.js'
import type { ComparedNode, ComparedResource } from '../contracts/compare.js'
import type { Entries } from '../contracts/entries.js'
import type { Piece } from '../contracts/piece.js'
import type { ResourceRef, ResourceTree } from '../contracts/resource.js'
import type { EngineDeps } from '../engine/engine-deps.js'
import { canonicalOldRef, canonicalTree } from '../plan/canonical-ref.js'
import { resourceName, walkTree } from '../plan/tree.js'
import { upgradeEntries } from '../requests/inputs.js'
import type { LiveExport } from './live-export.js'

/**
 * One of two things to be compared. Pieces for people are left out: they hold nothing that the others do not.
 */
export interface Side {
  readonly tree: ResourceTree
  nodesOf(ref: ResourceRef): readonly ComparedNode[]
  /** Tells the nodes which resources there are on both sides. */
  matched(resources: readonly ComparedResource[]): void
}

interface Found {
  readonly resource: ResourceRef
  readonly name: string
  readonly piece: Piece | undefined
  readonly entries: Entries
}

/** Throws what `openArchive` throws, and `archive-newer`. Nothing is read of the entries yet. */
export async function archiveSide(
  side: 'a' | 'b',
  source: ByteSource,
  { registry, limits }: Pick<EngineDeps, 'registry'> & { readonly limits: Parameters<typeof openArchive>[1] },
): Promise<Side> {
  const archive = await openArchive(source, limits)
  const found: Found[] = []
  for (const { resource, name, version, exportOnly } of archive.manifest.pieces) {
    const piece = registry.piece('archive', name)
    if (exportOnly || piece?.exportOnly) continue
    const written = archive.entries({ resource, name })
    const entries = piece ? await upgradeEntries(piece, { version, entries: written }) : written
    found.push({ resource: canonicalOldRef(registry, resource), name, piece, entries })
  }
  return sideOf(side, canonicalTree(registry, archive.manifest.tree), found)
}

export function liveSide(
  side: 'a' | 'b',
  { tree, nodes }: LiveExport,
  { registry, artifacts }: Pick<EngineDeps, 'registry' | 'artifacts'>,
): Side {
  const found = nodes.map(({ resource, name, entries }) => ({
    resource,
    name,
    piece: registry.piece('archive', name),
    entries: stagedEntries(artifacts, entries),
  }))
  return sideOf(side, tree, found)
}

function sideOf(side: 'a' | 'b', tree: ResourceTree, found: readonly Found[]): Side {
  const lineages = new Map(walkTree(tree).map(({ ref, lineage }) => [resourceName(ref), lineage]))
  let resources: readonly ComparedResource[] = []
  const byResource = new Map<string, ComparedNode[]>()
  const nodesOf = (ref: ResourceRef) => byResource.get(resourceName(ref)) ?? []
  for (const { resource, name, piece, entries } of found) {
    const key = resourceName(resource)
    const near = () => [...(lineages.get(key) ?? [])].reverse().flatMap(nodesOf)
    const node = {
      side,
      resource,
      name,
      entries,
      near,
      resources: () => resources,
      ...(piece && { piece }),
    }
    const own = byResource.get(key) ?? []
    own.push(node)
    byResource.set(key, own)
  }
  return {
    tree,
    nodesOf,
    matched: (found) => {
      resources = found
    },
  }
}
