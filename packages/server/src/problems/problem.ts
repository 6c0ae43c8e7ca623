import { type Finding, isPieceworkError, PieceworkError } from '@piecework/core'
import { retryAfter } from '../defaults.js'
import { type HttpResponse, json } from '../http/http-response.js'
import { errorHeaders } from './http-error.js'
import { shownFinding } from './shown-finding.js'
import { shownMessage } from './shown-message.js'
import { type Statuses, statusOf } from './statuses.js'

/** RFC 9457. */
export interface Problem {
  /** `urn:piecework:problem:<code>`; docs/http.md lists them. */
  readonly type: string
  readonly title: string
  readonly status: number
  /** One sentence. */
  readonly detail: string
  readonly code: string
  /** Where the error is in the request: `children[0].id`. */
  readonly field?: string
  readonly findings?: readonly Finding[]
  /** Files that are missing, by role. */
  readonly missing?: readonly string[]
  /** What is in the way. */
  readonly holder?: { readonly job: string; readonly kind: string; readonly since: string }
  /** In bytes; `size` as far as it is known. */
  readonly size?: number
  readonly maxBytes?: number
  /** Whether the same request may succeed later. */
  readonly retryable?: boolean
}

/** What clients are told of an error. Those of this side say nothing of themselves. */
export function problemOf(given: unknown, statuses: Statuses = {}): Problem {
  const error = isPieceworkError(given) ? given : new PieceworkError('internal', '')
  const { status, title } = statuses[error.code] ?? statusOf(error.code)
  if (status >= 500 && !error.code.startsWith('http/')) return ourOwn(error, status, title)
  const { facts, findings, retryable } = error
  return {
    ...base(error.code, title, status),
    detail: shownMessage(error),
    ...(typeof facts.option === 'string' && { field: facts.option }),
    ...(findings.length > 0 && { findings: findings.map(shownFinding) }),
    ...(Array.isArray(facts.missing) && { missing: facts.missing.map(String) }),
    ...holderOf(error),
    ...sizes(facts),
    ...(retryable && { retryable }),
  }
}

export function problemResponse(error: unknown, statuses?: Statuses): HttpResponse {
  const problem = problemOf(error, statuses)
  const wait = statedWait(error) ?? retryAfterOf(problem.status)
  return json(problem.status, problem, {
    'content-type': 'application/problem+json',
    'cache-control': 'no-store',
    ...(wait !== undefined && { 'retry-after': String(wait) }),
    ...(isPieceworkError(error) && errorHeaders(error)),
  })
}

function base(code: string, title: string, status: number) {
  return { type: `urn:piecework:problem:${code}`, title, status, code }
}

/** Its message may hold what the database or a disk said. */
function ourOwn({ code, retryable }: PieceworkError, status: number, title: string): Problem {
  const shown = status === 500 ? 'internal' : code
  const detail =
    status === 500
      ? 'Something failed on this side; it has been reported.'
      : 'This cannot be answered now; try again.'
  return { ...base(shown, title, status), detail, ...(retryable && { retryable }) }
}

function holderOf({ code, facts }: PieceworkError): Pick<Problem, 'holder'> {
  const { holder, kind, since } = facts
  if (code !== 'resource-busy' || typeof holder !== 'string') return {}
  return { holder: { job: holder, kind: String(kind), since: String(since) } }
}

function sizes({ size, maxBytes }: PieceworkError['facts']): Pick<Problem, 'size' | 'maxBytes'> {
  return {
    ...(typeof size === 'number' && { size }),
    ...(typeof maxBytes === 'number' && { maxBytes }),
  }
}

/** In seconds, where the error knows it. */
function statedWait(error: unknown): number | undefined {
  const ms = isPieceworkError(error) && error.retryable ? error.facts.retryAfterMs : undefined
  return typeof ms === 'number' ? Math.max(1, Math.ceil(ms / 1000)) : undefined
}

function retryAfterOf(status: number): number | undefined {
  if (status === 423) return retryAfter.busy
  if (status === 429) return retryAfter.tooMany
  return status === 503 ? retryAfter.away : undefined
}
