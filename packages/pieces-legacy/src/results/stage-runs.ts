import { outputRole, type RunSummary } from '@piecework/marxan-files'
import { quoteCsv } from '../staging/quote-csv.js'
import { type StagingContext, stageTable } from '../staging/stage-table.js'

/** Summaries as the temporary table `legacy_runs`. Resolves to the number of rows. */
export const stageRuns = (context: StagingContext, summaries: readonly RunSummary[]): Promise<number> =>
  stageTable(context, {
    file: outputRole,
    name: 'legacy_runs',
    columns: {
      run: 'integer',
      score: 'double precision',
      cost: 'double precision',
      planning_units: 'integer',
      connectivity: 'double precision',
      penalty: 'double precision',
      shortfall: 'double precision',
      mpm: 'double precision',
      metadata: 'jsonb',
    },
    read: async function* () {
      yield summaries
    },
    record: (batch, row) => {
      const { run, score, cost, planningUnits, connectivity, penalty, shortfall, mpm, metadata } = batch[
        row
      ] as RunSummary
      const numbers = [run, score, cost, planningUnits, connectivity, penalty, shortfall, mpm]
      return `${numbers.map((value) => value ?? '').join(',')},${quoteCsv(JSON.stringify(metadata))}`
    },
  })
