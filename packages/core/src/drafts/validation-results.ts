import type { Finding } from '../contracts/finding.js'
import type { Job } from '../contracts/jobs.js'
import type { JobNode } from '../contracts/nodes.js'
import type { ResourceRef } from '../contracts/resource.js'
import type { Store } from '../contracts/store.js'
import { findingDefaults } from '../defaults.js'
import { isSorted, readInput } from '../drafts/draft-state.js'
import { isTerminal } from '../engine/machine.js'
import { allNodes } from '../engine/node-pages.js'
import { moreFindings } from '../findings/finding-collector.js'
import { firstStep } from '../findings/first-step.js'
import { sameResource } from '../plan/tree.js'

/** What was found in one file. */
interface FileResults {
  /** Absent: what concerns no single file. */
  readonly file?: string
  /** Findings: those that are listed and those that are only counted. One that is about many rows is one. */
  readonly errors: number
  readonly warnings: number
  /** Errors first, each by line. `count` is how many there are of a kind when not all are listed. */
  readonly findings: readonly Finding[]
}

/** Everything that validation has found, as one document. */
export interface ValidationResults {
  /**
   * `none`: not validated yet. While it is `running`, what ended so far; `stopped`: it was cancelled, or
   * failed for reasons of its own.
   */
  readonly status: 'none' | 'running' | 'passed' | 'failed' | 'stopped'
  /** Uploads have changed since: validate again. */
  readonly outdated: boolean
  /** The validation or import that they come from. */
  readonly job?: string
  /** Required roles that had no upload, so that what depends on them was not looked at. Absent: none. */
  readonly missing?: readonly string[]
  readonly errors: number
  readonly warnings: number
  /** By name. */
  readonly files: readonly FileResults[]
  /** What to do first, in one sentence. Absent: no validation has ended. */
  readonly firstStep?: string
}

/** Of the last validation of what this import is to make, alone or as its own first step. */
export async function validationResults(
  store: Store,
  draft: Job,
  /** The format's, in its order. */
  roles: readonly string[],
): Promise<ValidationResults> {
  const { target } = draft
  const newest = target ? await store.jobs.list({ resource: target }) : []
  // It was created before all of its validations, and may have run after them.
  const jobs = [...newest.filter(({ id }) => id !== draft.id), draft]
  const validations = jobs.filter((job) => target && isAbout(job, target) && ranAt(job) > 0)
  for (const job of validations.sort((a, b) => ranAt(b) - ranAt(a))) {
    const nodes = (await allNodes(store.reports, job.id, 0)).filter(({ task }) => task === 'validate')
    const own = new Set(nodes.flatMap(({ piece }) => piece ?? []))
    const found = await store.reports.findings(job.id, findingDefaults.readPerValidation)
    const sorting = job.request.input?.sorting?.findings ?? []
    const findings = [...sorting, ...found.filter(({ piece }) => own.has(piece))]
    const files = byFile(findings)
    const errors = sum(files, 'errors')
    const status = statusOf(job, nodes, errors)
    const missing = job.request.input?.missing
    const error = status === 'stopped' ? job.error : undefined
    return {
      status,
      outdated: uploadsOf(job) !== uploadsOf(draft) || isToSortAgain(draft),
      job: job.id,
      ...(missing && { missing }),
      errors,
      warnings: sum(files, 'warnings'),
      files,
      ...(status !== 'running' && { firstStep: firstStep(findings, { files: roles, error }) }),
    }
  }
  return { status: 'none', outdated: false, errors: 0, warnings: 0, files: [] }
}

function isAbout({ kind, target }: Job, resource: ResourceRef): boolean {
  return (
    (kind === 'import' || kind === 'validation') && target !== undefined && sameResource(target, resource)
  )
}

/** A draft is stored long before it is run. Ms since epoch; 0: it was not. */
function ranAt({ changes }: Job): number {
  return changes.find(({ status }) => status === 'pending')?.at.getTime() ?? 0
}

function isToSortAgain({ status, request: { input } }: Job): boolean {
  return status === 'draft' && input !== undefined && !isSorted(input)
}

function uploadsOf({ request }: Job): string {
  const uploads = request.input ? readInput(request.input).uploads : []
  return uploads.map(({ id }) => id).join()
}

function statusOf(job: Job, nodes: readonly JobNode[], errors: number): ValidationResults['status'] {
  const open = nodes.some(({ status }) => status === 'waiting' || status === 'running')
  if (open && !isTerminal(job.status)) return 'running'
  if (errors > 0) return 'failed'
  return nodes.every(({ status }) => status === 'done') ? 'passed' : 'stopped'
}

function byFile(findings: readonly Finding[]): readonly FileResults[] {
  const files = new Map<string | undefined, Finding[]>()
  for (const finding of findings) {
    const { file } = finding
    files.set(file, [...(files.get(file) ?? []), finding])
  }
  return [...files]
    .sort(([a = ''], [b = '']) => (a < b ? -1 : 1))
    .map(([file, own]) => ({
      ...(file !== undefined && { file }),
      errors: counted(own, 'error'),
      warnings: counted(own, 'warning'),
      findings: own.sort(bySeverityAndLine),
    }))
}

/**
 * A kind of finding is listed whole, or the first of it counts all. One that stands alone is one, whatever it
 * counts: it reports all in one sentence.
 */
function counted(findings: readonly Finding[], severity: Finding['severity']): number {
  const kinds = new Map<string, { listed: number; count: number }>()
  for (const { severity: own, code, piece, count = 0 } of findings) {
    if (own !== severity) continue
    const kind = kinds.get(`${piece} ${code}`) ?? { listed: 0, count: 0 }
    kinds.set(`${piece} ${code}`, { listed: kind.listed + 1, count: Math.max(kind.count, count) })
  }
  return [...kinds].reduce((all, [kind, { listed, count }]) => {
    const isOne = listed === 1 && !kind.endsWith(` ${moreFindings}`)
    return all + (isOne ? 1 : Math.max(listed, count))
  }, 0)
}

function bySeverityAndLine(a: Finding, b: Finding): number {
  if (a.severity !== b.severity) return a.severity === 'error' ? -1 : 1
  return (a.line ?? 0) - (b.line ?? 0)
}

function sum(files: readonly FileResults[], of: 'errors' | 'warnings'): number {
  return files.reduce((all, file) => all + file[of], 0)
}
