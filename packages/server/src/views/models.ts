import type { ImportDraft, ResourceRef, ValidationResults } from '@piecework/core'
import { z } from 'zod'
import { type Model, model } from '../http/model.js'
import type { Problem } from '../problems/problem.js'
import type { FindingsView, JobStateView, JobView, Page, StepView } from './views.js'

const text = z.string()
const count = z.int().min(0)
const time = z.iso.datetime().describe('UTC')
const resource = z.strictObject({ kind: text, id: text })
const error = z.strictObject({ code: text, message: text, retryable: z.boolean() })

const file = z.strictObject({
  name: text,
  size: count.describe('bytes'),
  sha256: text,
  mediaType: text,
  fileName: text.exactOptional(),
  expiresAt: time,
  href: text.exactOptional(),
})

const jobStatus = z.enum([
  'draft',
  'pending',
  'submitted',
  'running',
  'delivering',
  'ending',
  'succeeded',
  'failed',
  'cancelled',
])

const job = z.strictObject({
  id: text,
  kind: z.enum(['export', 'import', 'clone', 'validation', 'delivery']),
  status: jobStatus,
  name: text.exactOptional().describe('that what it makes was to get'),
  outcome: text.exactOptional(),
  error: error.exactOptional(),
  format: text.exactOptional().describe('of what is imported: `archive`, or its name'),
  fileName: text.exactOptional().describe('of the archive that is imported'),
  source: resource.exactOptional(),
  resource: resource.exactOptional(),
  requestedBy: text,
  createdAt: time,
  endedAt: time.exactOptional(),
  throttled: z.literal(true).exactOptional(),
  retryOf: text.exactOptional(),
  warnings: count.exactOptional().describe('of a job that has succeeded'),
  retryUntil: time.exactOptional(),
  files: z.array(file),
  links: z.strictObject({ self: text, events: text }),
})

const step = z.strictObject({
  id: text,
  task: text,
  batch: count,
  status: text,
  attempt: count,
  resource: resource.exactOptional(),
  piece: text.exactOptional(),
  rows: count.exactOptional(),
  skipped: count.exactOptional(),
  progress: z.strictObject({ done: z.number(), total: z.number().exactOptional() }).exactOptional(),
  error: error.exactOptional(),
  startedAt: time.exactOptional(),
  endedAt: time.exactOptional(),
})

const stage = z.strictObject({
  batch: count,
  task: text,
  nodes: count,
  waiting: count,
  running: count,
  done: count,
  failed: count,
  skipped: count,
  rows: count,
})

const progress = z.strictObject({
  batches: count,
  batchesDone: count,
  pieces: count,
  piecesDone: count,
  rows: z.number(),
  bytes: z.number(),
  remainingMs: z.number().exactOptional().describe('estimated'),
})

const jobState = z.strictObject({
  job,
  revision: count,
  steps: count,
  stepsDone: count,
  stages: z.array(stage),
  running: z.array(step),
  progress,
})

const finding = z.strictObject({
  severity: z.enum(['error', 'warning']),
  code: text,
  piece: text,
  file: text.exactOptional(),
  line: count.exactOptional(),
  column: text.exactOptional(),
  value: text.exactOptional().describe('what stands there'),
  subject: z.strictObject({ kind: text, key: text }).exactOptional().describe('what it is about'),
  message: text,
  hint: text.exactOptional(),
  fix: z
    .strictObject({
      role: text,
      metadata: z.record(text, text.nullable()).exactOptional(),
      file: text.exactOptional(),
    })
    .exactOptional(),
  count: count.exactOptional(),
})

const next = text.exactOptional().describe('for "after" of the next page')

const problem = z.object({
  type: text,
  title: text,
  status: count,
  detail: text,
  code: text,
  field: text.exactOptional(),
  findings: z.array(finding).exactOptional(),
  missing: z.array(text).exactOptional(),
  holder: z.strictObject({ job: text, kind: text, since: text }).exactOptional(),
  size: count.exactOptional(),
  maxBytes: count.exactOptional(),
  retryable: z.boolean().exactOptional(),
})

const validationResults = z.strictObject({
  status: z.enum(['none', 'running', 'passed', 'failed', 'stopped']),
  outdated: z.boolean(),
  job: text.exactOptional(),
  missing: z
    .array(text)
    .exactOptional()
    .describe('required roles that had no file: what depends on them was not looked at'),
  errors: count,
  warnings: count,
  files: z.array(
    z.strictObject({
      file: text.exactOptional(),
      errors: count,
      warnings: count,
      findings: z.array(finding),
    }),
  ),
  firstStep: text.exactOptional(),
})

/** What answers hold. */
export const resourceModel: Model<ResourceRef> = model(resource, 'Resource')
export const jobModel: Model<JobView> = model(job, 'Job')
export const jobStateModel: Model<JobStateView> = model(jobState, 'JobState')
export const jobPageModel: Model<Page<JobView>> = model(
  z.strictObject({ items: z.array(job), next }),
  'JobPage',
)
export const stepPageModel: Model<Page<StepView>> = model(
  z.strictObject({ items: z.array(step), next }),
  'StepPage',
)
export const findingsModel: Model<FindingsView> = model(
  z.strictObject({
    items: z.array(finding),
    next,
    errors: count,
    warnings: count,
    firstStep: text,
  }) as never,
  'Findings',
)
export const validationResultsModel: Model<ValidationResults> = model(
  validationResults as never,
  'ValidationResults',
)
export const problemModel: Model<Problem> = model(problem as never, 'Problem')

export type SortedFiles = Awaited<ReturnType<ImportDraft['sort']>>

export const sortedFilesModel: Model<SortedFiles> = model(
  z.strictObject({
    files: z.array(z.strictObject({ role: z.string(), path: z.string().describe('in the folder') })),
    missing: z.array(z.string()).describe('required roles that no file has'),
    findings: z.array(finding),
  }) as never,
  'SortedFiles',
)
