import { PieceworkError, type Queryable } from '@piecework/core/piece'
import { projectTables } from '@piecework/pieces-project'
import { uuidLiteral } from '@piecework/postgres'
import { scenarioTables } from '../scenario-tables.js'

/** What a Marxan folder needs to know of its scenario. */
export interface ScenarioFacts {
  /** Ids as SQL literals, for COPY. */
  readonly scenario: string
  readonly project: string
  readonly native: boolean
  /** By key of input.dat; the scenario's own columns win. */
  readonly parameters: Readonly<Record<string, unknown>>
}

interface Row {
  readonly project: string
  readonly native: boolean
  readonly blm: number | null
  readonly runs: number | null
  readonly parameters: unknown
}

export async function scenarioFacts(tx: Queryable, id: string): Promise<ScenarioFacts> {
  const { rows } = await tx.query<Row>(
    `SELECT s.project_id::text AS project, p.source = 'native' AS native, s.blm, s.number_of_runs AS runs,
            s.marxan_parameters AS parameters
     FROM ${scenarioTables.scenarios} s JOIN ${projectTables.projects} p ON p.id = s.project_id WHERE s.id = $1`,
    [id],
  )
  const [row] = rows
  if (!row) throw new PieceworkError('resource-not-found', `There is no scenario ${id}.`)
  const { project, native, blm, runs, parameters } = row
  return {
    scenario: uuidLiteral(id),
    project: uuidLiteral(project),
    native,
    parameters: {
      ...(typeof parameters === 'object' && !Array.isArray(parameters) ? parameters : {}),
      ...(blm !== null && { BLM: blm }),
      ...(runs !== null && { NUMREPS: runs }),
    },
  }
}
