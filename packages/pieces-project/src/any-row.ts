import type { AppliesContext } from '@piecework/core/piece'

/**
 * `applies` of a piece that has something to carry if one of `sources` selects a row. A source is what
 * follows `FROM`, with the resource's id as `$1`: `planning.planning_areas WHERE project_id = $1`.
 */
export function anyRow(...sources: readonly string[]): (context: AppliesContext) => Promise<boolean> {
  const some = sources.map((source) => `EXISTS (SELECT FROM ${source})`).join(' OR ')
  return async ({ db, resource }) => {
    const { rows } = await db.query<{ some: boolean }>(`SELECT ${some} AS some`, [resource.id])
    return rows[0]?.some === true
  }
}
