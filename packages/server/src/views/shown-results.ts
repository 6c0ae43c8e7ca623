import {
  isPieceworkError,
  type Job,
  type Piecework,
  type Principal,
  type ValidationResults,
} from '@piecework/core'
import { newestState } from '../jobs/newest-state.js'
import { shownFinding } from '../problems/shown-finding.js'
import { shownStep } from '../problems/shown-step.js'

interface Seen {
  readonly principal: Principal
  /** Names, in the order of the format. */
  readonly roles: readonly string[]
}

/** What is shown of a validation: of what failed on this side, no more than a job shows. */
export async function shownResults(
  piecework: Piecework,
  results: ValidationResults,
  { principal, roles }: Seen,
): Promise<ValidationResults> {
  const { status, job, files, firstStep } = results
  const findings = files.flatMap((file) => file.findings)
  const error =
    status === 'stopped' && job !== undefined ? await errorOf(piecework, job, principal) : undefined
  return {
    ...results,
    files: files.map((file) => ({ ...file, findings: file.findings.map(shownFinding) })),
    ...(firstStep !== undefined && {
      firstStep: shownStep({ step: firstStep, findings, error, files: roles }),
    }),
  }
}

async function errorOf(piecework: Piecework, id: string, principal: Principal): Promise<Job['error']> {
  try {
    return (await newestState(piecework, id, principal)).job.error
  } catch (error) {
    // A policy may let someone fill a draft and not see its jobs.
    if (isPieceworkError(error, 'job-not-found')) return { code: 'internal', message: '', retryable: false }
    throw error
  }
}
