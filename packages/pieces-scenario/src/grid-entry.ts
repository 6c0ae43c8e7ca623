import type { Piece } from '@piecework/core/piece'
import { projectTables } from '@piecework/pieces-project'
import { uuidLiteral } from '@piecework/postgres'
import { scenarioTables } from './scenario-tables.js'

/** Puids of the project's grid as ranges `first,last`, in order. For units that a scenario has no row for. */
export const gridEntry = 'grid.csv'

/** The piece, which also exports the grid if its rows do not cover all of it. */
export function withGrid(piece: Piece): Piece {
  const { exporter } = piece
  if (!exporter) return piece
  return {
    ...piece,
    exporter: {
      export: async (context) => {
        const { tx, resource } = context
        const counts = await exporter.export(context)
        const { rows } = await tx.query<{ covered: boolean }>(gridIsCovered, [resource.id])
        if (!rows[0]?.covered) await context.write(gridEntry, tx.copyOut(gridSelect(resource.id)))
        return counts
      },
    },
  }
}

const gridIsCovered = `
  SELECT EXISTS (SELECT FROM ${projectTables.planning_units} AS unit WHERE unit.project_id = scenario.project_id)
     AND NOT EXISTS (
       SELECT FROM ${projectTables.planning_units} AS unit
       WHERE unit.project_id = scenario.project_id AND NOT EXISTS (
         SELECT FROM ${scenarioTables.scenario_planning_units} AS own
         WHERE own.scenario_id = scenario.id AND own.planning_unit_id = unit.id
       )
     ) AS covered
  FROM ${scenarioTables.scenarios} AS scenario WHERE scenario.id = $1`

const gridSelect = (scenario: string): string => `
  SELECT min(puid) AS first, max(puid) AS last
  FROM (
    SELECT puid, puid - row_number() OVER (ORDER BY puid) AS part FROM ${projectTables.planning_units}
    WHERE project_id = (SELECT project_id FROM ${scenarioTables.scenarios} WHERE id = ${uuidLiteral(scenario)})
  ) AS unit
  GROUP BY part ORDER BY first`
