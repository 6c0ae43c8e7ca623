import {
  type FeatureNames,
  type FeatureResult,
  type OutputFolder,
  outputRole,
  readFeatureResults,
} from '@piecework/marxan-files'
import { type StagingContext, stageTable } from '../staging/stage-table.js'

/**
 * Results of features as the temporary table `legacy_feature_results`. `files` are by run. Resolves to the
 * number of rows.
 */
export const stageFeatureResults = (
  context: StagingContext,
  files: OutputFolder['features'],
  names: FeatureNames,
): Promise<number> =>
  stageTable(context, {
    file: outputRole,
    name: 'legacy_feature_results',
    columns: {
      run: 'integer',
      feature: 'integer',
      amount: 'double precision',
      occurrences: 'integer',
      separation: 'integer',
      target_met: 'boolean',
      mpm: 'double precision',
    },
    read: async function* (findings) {
      for (const [run, file] of files) {
        const results = await readFeatureResults(file, names, { findings, signal: context.signal })
        yield { run, results, length: results.length }
      }
    },
    record: ({ run, results }, row) => {
      const { feature, amount, occurrences, separation, targetMet, mpm } = results[row] as FeatureResult
      return [run, feature, amount, occurrences, separation, targetMet, mpm]
        .map((value) => value ?? '')
        .join(',')
    },
  })
