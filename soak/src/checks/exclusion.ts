import { isTerminal, type Job } from '@piecework/core'
import { type Problem, problem } from '../problem.js'

/** Of the jobs that several asked for, all of one resource, there was one, and none while another was under way. */
export function oneAtATime(jobs: readonly Job[]): readonly Problem[] {
  if (jobs.length === 0) return [problem('wrong', 'each of the jobs was refused because of the others')]
  const spans = jobs.map(spanOf).sort((a, b) => a.from - b.from)
  return spans.flatMap(({ id, from }, at) => {
    const before = spans[at - 1]
    if (!before || before.to <= from) return []
    const early = before.to - from
    return [
      problem('wrong', `job ${id} of the same resource began ${early} ms before ${before.id} had ended`),
    ]
  })
}

/** From its admission to where it claims nothing any more, in ms since epoch. */
function spanOf(job: Job) {
  return {
    id: job.id,
    from: job.createdAt.getTime(),
    to: freedAt(job)?.getTime() ?? Number.POSITIVE_INFINITY,
  }
}

/** Since when it claims nothing: it has ended, or has delivered, or does; then it may be `ending` again. */
export function freedAt({ changes }: Pick<Job, 'changes'>): Date | undefined {
  return changes.find(({ status }) => isTerminal(status) || status === 'delivering')?.at
}
