import { PieceworkError } from '../contracts/errors.js'
import type { Job } from '../contracts/jobs.js'
import type { JobNode } from '../contracts/nodes.js'
import type { AskedBy } from '../contracts/principal.js'
import type { NodePage, Reports } from '../contracts/reports.js'
import { pageSizes } from '../defaults.js'
import { check } from '../options/check.js'
import type { OptionChecks } from '../options/option-checks.js'
import { askedByChecks } from './job-arguments.js'

export interface StepsRequest extends AskedBy {
  /** Id of the last step of the page before. */
  readonly after?: string
  /** Default: `pageSizes.nodes`. */
  readonly limit?: number
}

export const stepsChecks: OptionChecks<Partial<StepsRequest>> = {
  ...askedByChecks,
  after: check.text,
  limit: check.count,
}

/** A page of a job's nodes, without its follow-ups, in order of batch and id. Throws `options-invalid`. */
export async function jobSteps(
  reports: Reports,
  { id }: Pick<Job, 'id'>,
  { after: given, limit = pageSizes.nodes }: Pick<StepsRequest, 'after' | 'limit'>,
): Promise<readonly JobNode[]> {
  const steps: JobNode[] = []
  let after = given === undefined ? undefined : await stepOf(reports, id, given)
  while (steps.length < limit) {
    const asked = Math.min(pageSizes.nodes, limit - steps.length)
    const page = await reports.nodes(id, { limit: asked, ...(after && { after }) })
    steps.push(...page.filter(({ task }) => task !== 'follow-up'))
    after = page.at(-1)
    if (page.length < asked) break
  }
  return steps
}

async function stepOf(reports: Reports, job: string, id: string): Promise<NonNullable<NodePage['after']>> {
  const found = await reports.node(job, id)
  if (found) return found
  throw new PieceworkError(
    'options-invalid',
    `steps(): job ${job} has no step ${id.slice(0, 200)} to begin after.`,
    {
      facts: { option: 'after' },
    },
  )
}
