import type { NodeResult } from '../contracts/attempts.js'
import type { Transaction } from '../contracts/database.js'
import type { Finding } from '../contracts/finding.js'
import type { Format } from '../contracts/format.js'
import type { ResourceKind } from '../contracts/resource.js'
import { engineTimes } from '../defaults.js'
import { fromDraft, hasRun } from '../drafts/draft-state.js'
import { jobError } from '../engine/job-error.js'
import { isAssembled } from '../engine/machine.js'
import { notRegistered } from '../engine/missing-registration.js'
import { allNodes } from '../engine/node-pages.js'
import { formatOf } from '../plan/format-of.js'
import { newRefs } from '../plan/new-ref-of.js'
import { walkTree } from '../plan/tree.js'
import { uploadsPrefix } from '../requests/uploads.js'
import { keepsShell, uploadsStay } from '../retention/uploads-stay.js'
import type { AttemptContext, TaskRunner } from './attempt-context.js'
import { missingSource } from './missing-source.js'
import { removeUnneededFiles } from './new-files.js'
import { openShellSession } from './open-session.js'
import { otherDatabases, removeRows, removeShells } from './remove-resources.js'
import { archivePrefix, jobPrefix } from './staging.js'
import { type SummarizedNode, summarized, verifyRows } from './verify.js'

/** The last step: shows what a success made, or removes it; frees the claims in the same commit. */
export const finishTask: TaskRunner = async (attempt) => {
  const { job } = attempt.lease
  const retryUntil = await deleteJobBytes(attempt)
  const isFilling = job.kind === 'import' || job.kind === 'clone'
  const hasRows = isFilling && job.outcome !== 'succeeded' && (await hasMadeShells(attempt))
  if (hasRows) await assertRemovable(attempt)
  const nodes = isFilling && job.outcome === 'succeeded' ? await summarized(attempt) : []
  if (isFilling) await removeUnneededFiles(attempt)
  if (hasRows) await removeElsewhere(attempt)
  const warnings = job.outcome === 'succeeded' ? warningsIn(await attempt.store.reports.findings(job.id)) : 0
  const commit = async (tx: Transaction): Promise<NodeResult> => {
    if (isFilling) await openShellSession(attempt, job, tx)
    if (job.outcome !== 'succeeded') {
      if (isFilling) await removeOrHide(attempt, tx, hasRows)
      const findings = attempt.findings.list()
      return { ...(findings.length > 0 && { findings }), ...(retryUntil && { result: { retryUntil } }) }
    }
    // A piece that ran after that may have read a part of it.
    // What is finished is whole, whatever became of the source since.
    const isReading = (job.kind === 'export' && !isAssembled(job)) || job.kind === 'clone'
    const missing = isReading && (await missingSource(attempt.registry, job, tx))
    if (missing) return { error: jobError(missing, attempt.lease.node) }
    const shown = isFilling ? await showShells(attempt, nodes, tx) : {}
    const all = warnings + warningsIn(shown.findings ?? [])
    return all > 0 ? { ...shown, result: { ...shown.result, warnings: all } } : shown
  }
  return attempt.store.attempts.run(attempt.lease, commit, { signal: attempt.signal })
}

/** What was left out or changed is told where jobs are listed, too. */
function warningsIn(findings: readonly Finding[]): number {
  return findings.filter(({ severity }) => severity === 'warning').length
}

/**
 * Throws `piece-unknown` if rows were made by a piece that this process does not have: another one can remove
 * them. Not for ever: the host may have given the piece up.
 */
async function assertRemovable({ lease, registry, store }: AttemptContext): Promise<void> {
  const { job, node, fence } = lease
  if (fence > engineTimes.givenBackLeases) return
  const format = formatOf(job)
  for (const { task, piece, status } of await allNodes(store.reports, job.id)) {
    const isIdle = (task !== 'import' && task !== 'clone') || status === 'waiting' || status === 'skipped'
    if (!isIdle && piece !== undefined && !registry.piece(format, piece))
      throw notRegistered(node, `piece "${piece}"`)
  }
}

/**
 * Deletes the job's bytes except those that a retry begins with; resolves to when these may go. An artifact
 * store that is away must not keep the job and its claims: the retention sweeper deletes later what could not
 * be deleted now.
 */
async function deleteJobBytes(attempt: AttemptContext): Promise<Date | undefined> {
  const { job } = attempt.lease
  const remove = (key: string) => attempt.artifacts.delete(key).catch(() => undefined)
  const isRetried = await isRetriable(attempt)
  // A retry takes over outputs, too.
  if (job.outcome !== 'succeeded' && job.kind === 'export' && !isAssembled(job) && !isRetried)
    await remove(archivePrefix(job.id))
  if (isRetried) return new Date(attempt.environment.now() + keptMs(attempt))
  if (!uploadsStay(job, inputFormat(attempt))) await remove(jobPrefix(job.id))
  else if (fromDraft(job)) await deleteUnread(attempt)
  return undefined
}

/** Files of a draft stay at least as long as its status has said before it ran. */
function keptMs({ lease: { job }, retryTtlMs, draftTtlMs }: AttemptContext): number {
  return fromDraft(job) ? Math.max(retryTtlMs, draftTtlMs) : retryTtlMs
}

/** Of a draft, the files that others have been made of. */
async function deleteUnread({ artifacts, lease: { job } }: AttemptContext): Promise<void> {
  const read = new Set((job.request.input?.uploads ?? []).map(({ id }) => id))
  const prefix = `${uploadsPrefix(job.id)}/`
  try {
    const ids = new Set<string>()
    for await (const key of artifacts.list(uploadsPrefix(job.id)))
      ids.add(key.slice(prefix.length).split('/')[0] ?? '')
    for (const id of ids) if (!read.has(id)) await artifacts.delete(`${prefix}${id}`)
  } catch {
    // They go with what the import has made.
  }
}

/** Undefined for an archive. */
function inputFormat({ lease: { job }, registry }: AttemptContext): Format | undefined {
  return registry.formats.get(job.request.input?.format ?? '')
}

/** Whether a retry of the job begins with bytes of its own. */
async function isRetriable(attempt: AttemptContext): Promise<boolean> {
  const { lease, store, retryTtlMs } = attempt
  const { job } = lease
  if (job.outcome === 'succeeded' || isAssembled(job) || retryTtlMs <= 0) return false
  if (job.kind === 'export') {
    const { stages = [] } = (await store.reports.summary(job.id)) ?? {}
    const isBegun = stages.some(({ task, done }) => task === 'export' && done > 0)
    return isBegun && !(await missingSource(attempt.registry, job, store.database))
  }
  // A failed import leaves no file behind unless that was asked for.
  if (!job.request.keepUploads) return false
  if (fromDraft(job)) return job.request.keepUploads === 'failed' && hasRun(job)
  const uploads = job.request.input?.uploads ?? []
  return uploads.some(({ artifact }) => artifact.startsWith(`${uploadsPrefix(job.id)}/`))
}

/** What `ready` and its triggers do to rows is compared, too. */
async function showShells(
  attempt: AttemptContext,
  nodes: readonly SummarizedNode[],
  tx: Transaction,
): Promise<NodeResult> {
  const { lease, registry, findings } = attempt
  const { job } = lease
  const newRef = newRefs(registry, job)
  for (const { ref } of walkTree(job.tree)) {
    await registry.kind(ref.kind).shell?.ready(newRef(ref), tx)
  }
  await verifyRows(attempt, nodes, tx)
  return { findings: findings.list(), result: { ...(job.target && { resource: job.target }) } }
}

/** Removes the rows in all other databases; what it finds there is told in the report. */
async function removeElsewhere(attempt: AttemptContext): Promise<void> {
  const { lease, registry, store, signal } = attempt
  const { job } = lease
  for (const database of otherDatabases(registry, job)) {
    const findings = await store.attempts.runIn(
      database,
      lease,
      async (tx) => {
        await openShellSession(attempt, job, tx, database)
        const found: Finding[] = []
        const only = removed(attempt)
        await removeRows(registry, job, tx, { database, only, finding: (one) => found.push(one) })
        return found
      },
      { signal },
    )
    for (const finding of findings) attempt.findings.add(finding)
  }
}

/** Kinds whose rows go; the others stay hidden. */
function removed(attempt: AttemptContext): (kind: ResourceKind) => boolean {
  const keeps = keepsShell(attempt.lease.job, inputFormat(attempt))
  return ({ shell }) => !(keeps && shell?.incomplete)
}

/** Removes what the job has made, or keeps it hidden if the format says so. */
async function removeOrHide(attempt: AttemptContext, tx: Transaction, hasRows: boolean): Promise<void> {
  const { lease, registry } = attempt
  const { job } = lease
  const keeps = keepsShell(job, inputFormat(attempt))
  const finding = (found: Finding) => attempt.findings.add(found)
  if (hasRows) await removeRows(registry, job, tx, { only: removed(attempt), finding })
  if (!keeps || !hasRows) return removeShells(registry, job, tx, { made: hasRows })
  const newRef = newRefs(registry, job)
  const reason = job.error?.message ?? 'The import failed.'
  for (const { ref } of walkTree(job.tree).reverse()) {
    const shell = registry.kind(ref.kind).shell
    const target = newRef(ref)
    if (shell?.incomplete) await shell.incomplete(target, reason, tx)
    else await shell?.remove(target, tx)
  }
}

/** False if the job ended before it made anything, so that nothing has to be searched for. */
async function hasMadeShells({ lease, store }: AttemptContext): Promise<boolean> {
  const { job } = lease
  return fromDraft(job) || (await store.reports.node(job.id, 'shells'))?.status === 'done'
}
