import type { Env } from './env.js'
import type { Findings, JobState } from './model.js'
import { titleOf } from './names.js'
import type { Summary } from './summary.js'

const mostFindings = 50

/** For a message to support: what the page shows, without tokens and without what the files hold. */
export function reportOf(
  state: JobState,
  summary: Summary,
  findings: Findings | undefined,
  env: Env,
): string {
  const { job, stages, steps, stepsDone } = state
  const lines = [
    titleOf(job, env.names, env.t),
    [summary.headline, ...summary.sentences].join(' '),
    '',
    `id: ${job.id}`,
    `kind: ${job.kind}, status: ${job.status}, revision ${state.revision}`,
    `asked for: ${job.createdAt} by ${job.requestedBy}`,
    ...(job.endedAt === undefined ? [] : [`ended: ${job.endedAt}`]),
    ...(job.retryOf === undefined ? [] : [`retry of: ${job.retryOf}`]),
    ...(job.error ? [`error: ${job.error.code}: ${job.error.message}`] : []),
    `steps: ${stepsDone} of ${steps}`,
    ...stages.map(
      ({ task, batch, nodes, done, failed, rows }) =>
        `  ${batch} ${task}: ${done} of ${nodes} done, ${failed} failed, ${rows} records`,
    ),
    ...(findings ? findingLines(findings) : []),
    '',
    `page: ${new URL('.', location.href).pathname}, ${navigator.userAgent}, ${new Date().toISOString()}`,
  ]
  return lines.join('\n')
}

function findingLines({ items, errors, warnings }: Findings): readonly string[] {
  return [
    `findings: ${errors} errors, ${warnings} warnings`,
    ...items.slice(0, mostFindings).map(({ severity, code, file, line, column, message }) => {
      const place = [file, line === undefined ? undefined : `line ${line}`, column].filter(Boolean).join(', ')
      return `  ${severity} ${code}${place === '' ? '' : ` (${place})`}: ${message}`
    }),
    ...(items.length > mostFindings ? [`  … and ${items.length - mostFindings} more`] : []),
  ]
}
