import { FindingCollector, type PieceImporter, PieceworkError } from '@piecework/core/piece'
import { readInputDat } from '@piecework/marxan-files'
import { scenarioTables } from '@piecework/pieces-scenario'
import { defaultCostSurface } from '../units/default-cost-surface.js'

/** The settings of input.dat, Marxan's defaults for those it lacks, and the scenario's cost surface. */
export const parametersImporter: PieceImporter = {
  import: async ({ entries, tx, ids, resource, signal }) => {
    const findings = new FindingCollector()
    const { parameters } = await readInputDat(entries.open('input.dat'), { findings, signal })
    if (findings.errors > 0)
      throw new PieceworkError('validation-failed', 'input.dat has errors that its validation did not report')
    const { rowCount } = await tx.query(
      `UPDATE ${scenarioTables.scenarios}
       SET marxan_parameters = $2::jsonb, blm = $3, number_of_runs = $4, cost_surface_id = $5
       WHERE id = $1`,
      [
        resource.id,
        JSON.stringify(parameters),
        parameters.BLM,
        parameters.NUMREPS,
        ids.idOf('cost_surfaces', defaultCostSurface.key),
      ],
    )
    return { rows: rowCount }
  },
}
