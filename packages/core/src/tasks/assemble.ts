import { assembleArchive } from '../archive/assemble.js'
import { assertReadable } from '../archive/assert-readable.js'
import { entryFacts } from '../archive/entries.js'
import { entryPath, type Manifest, writeManifest } from '../archive/manifest.js'
import type { NodeResult } from '../contracts/attempts.js'
import type { Transaction } from '../contracts/database.js'
import { PieceworkError } from '../contracts/errors.js'
import type { KeptArchive } from '../contracts/job-result.js'
import type { Job } from '../contracts/jobs.js'
import type { StagedEntry } from '../contracts/nodes.js'
import { defaultLimits } from '../defaults.js'
import { jobError } from '../engine/job-error.js'
import { nodePages } from '../engine/node-pages.js'
import { archiveOutput, outputOf } from '../outputs/requested-outputs.js'
import { resourceName, walkTree } from '../plan/tree.js'
import { version } from '../version.js'
import { assembleOutput } from './assemble-output.js'
import { type AttemptContext, commit, type TaskRunner } from './attempt-context.js'
import { compare, exportedBy } from './exported-by.js'
import { missingSource } from './missing-source.js'
import { archivePrefix } from './staging.js'

/** Makes one output of an export. */
export const assembleTask: TaskRunner = async (attempt) => {
  const { job, node } = attempt.lease
  const output = outputOf(job, node)
  if (!output) throw new PieceworkError('internal', `${node.id} is no output of job ${job.id}.`)
  if (output.name !== archiveOutput) return finished(attempt, await assembleOutput(attempt, output))
  const result = { archive: await archive(attempt) }
  return finished(attempt, { result, findings: attempt.findings.list() })
}

/** If it is delivered next, the last step is too late to find that a piece has read what was being deleted. */
function finished(attempt: AttemptContext, made: NodeResult): Promise<Job> {
  const { lease, store, registry, signal } = attempt
  if (!lease.job.request.deliver) return commit(attempt, made)
  const work = async (tx: Transaction): Promise<NodeResult> => {
    const missing = await missingSource(registry, lease.job, tx)
    return missing ? { error: jobError(missing, lease.node) } : made
  }
  return store.attempts.run(lease, work, { signal })
}

/** Splices the staged entries of all nodes into one archive. */
async function archive(attempt: AttemptContext): Promise<KeptArchive> {
  const { job } = attempt.lease
  const { registry, store } = attempt
  const exported = await exportedBy(registry, nodePages(store.reports, job.id))
  const entries: { path: string; staged: StagedEntry }[] = []
  const pieces: Manifest['pieces'][number][] = []
  for (const { ref } of walkTree(job.tree)) {
    for (const { name, version: written, parts, entries: own } of exported.get(resourceName(ref)) ?? []) {
      const staged = [...own].sort((a, b) => compare(a.path, b.path))
      const isInParts = parts !== undefined && staged.some(({ rows }) => rows !== undefined)
      for (const entry of staged) {
        entries.push({ path: entryPath(job.tree, { resource: ref, name }, entry.path), staged: entry })
      }
      pieces.push({
        resource: ref,
        name,
        version: written,
        ...(registry.piece('archive', name)?.exportOnly && { exportOnly: true as const }),
        ...(isInParts && { parts }),
        entries: staged.map(({ path, sha256, ...entry }) => ({ path, sha256, ...entryFacts(entry) })),
      })
    }
  }
  const now = attempt.environment.now()
  const manifest = writeManifest({ format: 'piecework-archive', version: 1, tree: job.tree, pieces })
  assertReadable(manifest, entries, { ...defaultLimits, ...attempt.limits })
  const made = await assembleArchive({
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
  return { ...made, expiresAt }
}
