import { assembleArchive } from '../archive/assemble.js'
import { assertReadable } from '../archive/assert-readable.js'
import { entryFacts } from '../archive/entries.js'
import { entryPath, type Manifest, type ManifestPiece, writeManifest } from '../archive/manifest.js'
import { PieceworkError } from '../contracts/errors.js'
import type { JobNode, StagedEntry } from '../contracts/jobs.js'
import { defaultLimits } from '../defaults.js'
import { allNodes } from '../engine/node-pages.js'
import type { Registry } from '../plan/registry.js'
import { resourceName, walkTree } from '../plan/tree.js'
import { version } from '../version.js'
import { commit, type TaskRunner } from './attempt-context.js'
import { archivePrefix } from './staging.js'

/** Splices the staged entries of all nodes into one archive. */
export const assembleTask: TaskRunner = async (attempt) => {
  const { job } = attempt.lease
  const exported = exportedBy(await allNodes(attempt.store.reports, job.id))
  const entries: { path: string; staged: StagedEntry }[] = []
  const pieces: Manifest['pieces'][number][] = []
  for (const { ref } of walkTree(job.tree)) {
    const own = exported.get(resourceName(ref)) ?? new Map<string, JobNode[]>()
    for (const [name, nodes] of [...own].sort(([a], [b]) => compare(a, b))) {
      const staged = nodes.flatMap((node) => node.entries ?? [])
      staged.sort((a, b) => compare(a.path, b.path))
      for (const entry of staged) {
        entries.push({ path: entryPath(job.tree, { resource: ref, name }, entry.path), staged: entry })
      }
      pieces.push({
        resource: ref,
        ...pieceOf(attempt.registry, name, nodes),
        entries: staged.map(({ path, sha256, ...entry }) => ({ path, sha256, ...entryFacts(entry) })),
      })
    }
  }
  const now = attempt.environment.now()
  const manifest = writeManifest({ format: 'piecework-archive', version: 1, tree: job.tree, pieces })
  assertReadable(manifest, entries, { ...defaultLimits, ...attempt.limits })
  const archive = await assembleArchive({
    artifacts: attempt.artifacts,
    key: `${archivePrefix(job.id)}/${attempt.lease.fence}.zip`,
    manifest,
    ...(attempt.sign && { signature: attempt.sign(manifest) }),
    about: {
      createdAt: new Date(now).toISOString(),
      author: job.principal.id,
      program: `piecework ${version}`,
    },
    entries,
    signal: attempt.signal,
  })
  const expiresAt = new Date(attempt.environment.now() + attempt.archiveTtlMs)
  return commit(attempt, { result: { archive: { ...archive, expiresAt } } })
}

/** What the manifest says of a piece that these nodes have exported: all of it, or its parts. */
function pieceOf(
  registry: Registry,
  name: string,
  nodes: readonly JobNode[],
): Omit<ManifestPiece, 'resource' | 'entries'> {
  const piece = registry.piece('archive', name)
  if (!piece) throw new PieceworkError('piece-unknown', `No pack knows the piece "${name}".`)
  const [written = piece.version, ...others] = new Set(nodes.map((node) => node.version ?? piece.version))
  if (others.length > 0)
    throw new PieceworkError(
      'source-changed',
      `Parts of ${name} were exported in versions ${[written, ...others].join(' and ')} of the piece.`,
      { retryable: true },
    )
  assertWhole(name, nodes)
  const parts = nodes[0]?.part?.of
  return {
    name,
    version: written,
    ...(piece.exportOnly && { exportOnly: true as const }),
    ...(parts !== undefined && { parts }),
  }
}

/** One node without a part, or each of its parts once. */
function assertWhole(name: string, nodes: readonly JobNode[]): void {
  const numbers = new Set(nodes.map(({ part }) => part?.number))
  const of = nodes[0]?.part?.of ?? 1
  const isWhole = nodes.every(({ part, status }) => status === 'done' && (part?.of ?? 1) === of)
  if (isWhole && numbers.size === of && nodes.length === of) return
  throw new PieceworkError('internal', `${name}: ${nodes.length} parts were exported, not ${of}.`)
}

/** By resource and piece. */
function exportedBy(nodes: readonly JobNode[]): ReadonlyMap<string, Map<string, JobNode[]>> {
  const byResource = new Map<string, Map<string, JobNode[]>>()
  for (const node of nodes) {
    if (node.task !== 'export' || !node.resource || node.piece === undefined) continue
    const name = resourceName(node.resource)
    const own = byResource.get(name) ?? new Map<string, JobNode[]>()
    const pieces = own.get(node.piece) ?? []
    pieces.push(node)
    own.set(node.piece, pieces)
    byResource.set(name, own)
  }
  return byResource
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)
