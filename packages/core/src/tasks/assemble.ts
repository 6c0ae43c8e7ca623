import { assembleArchive } from '../archive/assemble.js'
import { assertReadable } from '../archive/assert-readable.js'
import { entryFacts } from '../archive/entries.js'
import { entryPath, type Manifest, writeManifest } from '../archive/manifest.js'
import { PieceworkError } from '../contracts/errors.js'
import type { JobNode, StagedEntry } from '../contracts/jobs.js'
import { defaultLimits } from '../defaults.js'
import { allNodes } from '../engine/node-pages.js'
import { resourceName, walkTree } from '../plan/tree.js'
import { version } from '../version.js'
import { commit, type TaskRunner } from './attempt-context.js'
import { archivePrefix } from './staging.js'

/** Splices the staged entries of all nodes into one archive. */
export const assembleTask: TaskRunner = async (attempt) => {
  const { job } = attempt.lease
  const nodes = exportedBy(await allNodes(attempt.store.reports, job.id))
  const entries: { path: string; staged: StagedEntry }[] = []
  const pieces: Manifest['pieces'][number][] = []
  for (const { ref } of walkTree(job.tree)) {
    const own = nodes.get(resourceName(ref)) ?? []
    for (const { piece: name = '', version: written, entries: staged = [] } of own.sort((a, b) =>
      compare(a.piece, b.piece),
    )) {
      const piece = attempt.registry.piece('archive', name)
      if (!piece) throw new PieceworkError('piece-unknown', `No pack knows the piece "${name}".`)
      const listed = [...staged].sort((a, b) => compare(a.path, b.path))
      for (const entry of listed) {
        entries.push({ path: entryPath(job.tree, { resource: ref, name }, entry.path), staged: entry })
      }
      pieces.push({
        resource: ref,
        name,
        version: written ?? piece.version,
        ...(piece.exportOnly && { exportOnly: true as const }),
        entries: listed.map(({ path, sha256, ...staged }) => ({ path, sha256, ...entryFacts(staged) })),
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

/** By resource. */
function exportedBy(nodes: readonly JobNode[]): ReadonlyMap<string, JobNode[]> {
  const byResource = new Map<string, JobNode[]>()
  for (const node of nodes) {
    if (node.task !== 'export' || !node.resource) continue
    const name = resourceName(node.resource)
    const own = byResource.get(name) ?? []
    own.push(node)
    byResource.set(name, own)
  }
  return byResource
}

function compare(a = '', b = ''): number {
  return a < b ? -1 : a > b ? 1 : 0
}
