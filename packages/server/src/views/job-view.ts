import { isTerminal, type Job, type JobUpdate } from '@piecework/core'
import type { JobNode, StageSummary } from '@piecework/core/store'
import { shownMessage } from '../problems/shown-message.js'
import type { FileView, JobStateView, JobView, StageView, StepView } from './views.js'

/** What is shown of a job: never keys of the artifact store, options or more of its principal than the id. */
export function jobView(job: Job, address: string, now = Date.now()): JobView {
  const { id, kind, status, outcome, error, tree, target, request, result, retryOf, throttled } = job
  const reads = kind === 'export' || kind === 'clone' || kind === 'delivery'
  const resource = result.resource ?? (kind === 'export' || kind === 'delivery' ? undefined : target)
  const self = jobAddress(address, id)
  const fileName = archiveName(job)
  const ended = isTerminal(status) ? job.changes.at(-1)?.at : undefined
  return {
    id,
    kind,
    status,
    ...(request.name !== undefined && { name: request.name }),
    ...(outcome && { outcome }),
    ...(error && { error: shownError(error) }),
    ...(request.input && { format: request.input.format }),
    ...(fileName !== undefined && { fileName }),
    ...(reads && { source: { kind: tree.kind, id: tree.id } }),
    ...(resource && { resource: { kind: resource.kind, id: resource.id } }),
    requestedBy: job.principal.id,
    createdAt: job.createdAt.toISOString(),
    ...(ended && { endedAt: ended.toISOString() }),
    ...(throttled && { throttled }),
    ...(retryOf !== undefined && { retryOf }),
    ...(result.warnings !== undefined && { warnings: result.warnings }),
    ...(result.retryUntil && { retryUntil: result.retryUntil.toISOString() }),
    files: filesOf(job, self, now),
    links: { self, events: `${self}/events` },
  }
}

/** One that came without a name has that of its role. */
function archiveName({ request: { input } }: Job): string | undefined {
  if (input?.format !== 'archive') return undefined
  return input.uploads.find(({ role, fileName }) => fileName !== role)?.fileName
}

export function jobAddress(address: string, id: string): string {
  return `${address}/jobs/${encodeURIComponent(id)}`
}

function filesOf({ status, result }: Job, self: string, now: number): readonly FileView[] {
  if (!isTerminal(status) && status !== 'delivering') return []
  const { archive, outputs = [] } = result
  const made = [
    ...(archive ? [{ ...archive, name: 'archive', mediaType: 'application/zip', fileName: undefined }] : []),
    ...outputs,
  ]
  return made.map(({ name, size, sha256, mediaType, fileName, expiresAt, deletedAt }) => {
    const isThere = !deletedAt && expiresAt.getTime() > now
    const output = name === 'archive' ? '' : `?output=${encodeURIComponent(name)}`
    return {
      name,
      size,
      sha256,
      mediaType,
      ...(fileName !== undefined && { fileName }),
      expiresAt: expiresAt.toISOString(),
      ...(isThere && { href: `${self}/archive${output}` }),
    }
  })
}

export function jobStateView(update: JobUpdate, address: string): JobStateView {
  const { job, revision, stages, running, nodes, nodesDone, progress } = update
  const { remainingMs, ...rest } = progress
  return {
    job: jobView(job, address),
    revision,
    steps: nodes,
    stepsDone: nodesDone,
    stages: stages.map(stageView),
    running: running.map(stepView),
    progress: { ...rest, ...(remainingMs !== undefined && { remainingMs }) },
  }
}

export function stepView(node: JobNode): StepView {
  const { id, task, batch, status, attempt, resource, piece, counts, progress, error } = node
  return {
    id,
    task,
    batch,
    status,
    attempt,
    ...(resource && { resource: { kind: resource.kind, id: resource.id } }),
    ...(piece !== undefined && { piece }),
    ...(counts && { rows: counts.rows, ...(counts.skipped !== undefined && { skipped: counts.skipped }) }),
    ...(progress && {
      progress: { done: progress.done, ...(progress.total !== undefined && { total: progress.total }) },
    }),
    ...(error && { error: shownError(error) }),
    ...(node.startedAt && { startedAt: node.startedAt.toISOString() }),
    ...(node.endedAt && { endedAt: node.endedAt.toISOString() }),
  }
}

function stageView(stage: StageSummary): StageView {
  const { batch, task, nodes, waiting, running, done, failed, skipped, rows } = stage
  return { batch, task, nodes, waiting, running, done, failed, skipped, rows }
}

function shownError(error: NonNullable<Job['error']>) {
  const { code, retryable } = error
  return { code, message: shownMessage(error), retryable }
}
