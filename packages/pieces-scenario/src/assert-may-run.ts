import { PieceworkError, type Queryable, type ResourceRef } from '@piecework/core/piece'
import { canonicalUuid, projectTables } from '@piecework/pieces-project'
import { scenarioTables } from './scenario-tables.js'

/**
 * For hosts, before they run the solver on a scenario. Throws `scenario/solutions-locked` if its imported
 * solutions are final, and `resource-not-found` if it does not exist or its import has not succeeded.
 */
export async function assertMayRun({ kind, id }: ResourceRef, db: Queryable): Promise<void> {
  const { rows } =
    kind === 'scenario' && canonicalUuid(id)
      ? await db.query<{ locked: boolean }>(
          `SELECT scenario.solutions_are_locked AS locked
           FROM ${scenarioTables.scenarios} AS scenario JOIN ${projectTables.projects} AS project ON project.id = scenario.project_id
           WHERE scenario.id = $1 AND scenario.state = 'ready' AND project.state = 'ready'`,
          [id],
        )
      : { rows: [] }
  const [scenario] = rows
  if (!scenario) throw new PieceworkError('resource-not-found', `There is no scenario ${id} that is ready.`)
  if (scenario.locked)
    throw new PieceworkError(
      'scenario/solutions-locked',
      `The solutions of the scenario ${id} are final: the solver does not run on it.`,
      { facts: { scenario: id } },
    )
}
