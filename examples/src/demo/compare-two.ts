import type { Database } from '@piecework/core'
import { planningSchema } from '@piecework/pieces-project'
import { type Comparison, compareResources, type TableComparison } from '@piecework/test-support'

/** Compares two projects row by row; `jobs` have made the second one of the first. */
export function compareTwo(
  database: Database,
  { from, to, jobs }: Pick<Comparison, 'from' | 'to' | 'jobs'>,
): Promise<readonly TableComparison[]> {
  return compareResources(database, {
    schema: planningSchema,
    root: 'projects',
    from,
    to,
    jobs,
    // Each gets a name of its own, and documents contain ids.
    differing: { projects: ['name'] },
    idsInside: { geoprocessing: 'features', protected_area_ids: 'protected_areas', raw: 'features' },
  })
}
