import type { AppliesContext } from '@piecework/core/piece'

/**
 * `applies` of a piece that has nothing to carry where none of these rows exist: `planning.planning_areas WHERE project_id = $1`,
 * with the resource's id as `$1`.
 */
export function anyRow(...sources: readonly string[]): (context: AppliesContext) => Promise<boolean> {
  const some = sources.map((source) => `EXISTS (SELECT FROM ${source})`).join(' OR ')
  return async ({ db, resource }) => {
    const { rows } = await db.query<{ some: boolean }>(`SELECT ${some} AS some`, [resource.id])
    return rows[0]?.some === true
  }
}
