import assert from 'node:assert/strict'
import { compareResources } from '@piecework/test-support'
import type { Host } from './host.js'

/**
 * All rows of one project are those of another that these jobs have made of it, but for its name; resolves to
 * their number.
 */
export async function assertEqualProjects(
  { database }: Pick<Host, 'database'>,
  from: string,
  to: string,
  jobs: readonly string[],
): Promise<number> {
  const tables = await compareResources(database, {
    schema: 'planning',
    root: 'projects',
    from,
    to,
    jobs,
    differing: { projects: ['name', 'created_at', 'updated_at'] },
    idsInside: { geoprocessing: 'features', protected_area_ids: 'protected_areas', raw: 'features' },
  })
  assert.deepEqual(
    tables.filter(({ differences }) => differences > 0),
    [],
  )
  assert.equal(tables.length, 19)
  return tables.reduce((sum, { rows }) => sum + rows, 0)
}
