import type { FindingCollector } from '@piecework/core/piece'
import type { FeatureNames, KnownIds, OutputFolder, RunSummary } from '@piecework/marxan-files'
import { type FeatureResult, outputRole, readFeatureResults, readSolutions } from '@piecework/marxan-files'
import { quoted, type Source, stage } from '../staging/stage.js'

const BATCH = 8192
const field = (value: number | boolean | null): string => (value === null ? '' : String(value))

/** Summaries as the temporary table `legacy_runs`. Resolves to the number of rows. */
export const stageRuns = (source: Source, summaries: readonly RunSummary[]): Promise<number> =>
  stage(source, {
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
    record: (batch, at) => {
      const { run, score, cost, planningUnits, connectivity, penalty, shortfall, mpm, metadata } = batch[
        at
      ] as RunSummary
      const numbers = [run, score, cost, planningUnits, connectivity, penalty, shortfall, mpm]
      return `${numbers.map(field).join(',')},${quoted(JSON.stringify(metadata))}`
    },
  })

interface Selected {
  readonly length: number
  readonly run: number
  readonly ids: Int32Array
}

/** Selected units as `legacy_selected (run, puid)`. */
export const stageSelected = (source: Source, folder: OutputFolder, units: KnownIds): Promise<number> =>
  stage(source, {
    file: outputRole,
    name: 'legacy_selected',
    columns: { run: 'integer', puid: 'integer' },
    read: (findings) => selectedUnits(folder, units, findings, source.signal),
    record: ({ run, ids }, at) => `${run},${ids[at]}`,
  })

async function* selectedUnits(
  folder: OutputFolder,
  units: KnownIds,
  findings: FindingCollector,
  signal: AbortSignal,
): AsyncGenerator<Selected> {
  const ids = new Int32Array(BATCH)
  for await (const { run, selected } of readSolutions(folder, units, { findings, signal })) {
    let length = 0
    for (const index of selected) {
      ids[length++] = units.id(index)
      if (length < BATCH) continue
      yield { run, ids, length }
      length = 0
    }
    if (length > 0) yield { run, ids, length }
  }
}

/** Results of features as `legacy_feature_results`. `files` are by run. */
export const stageFeatureResults = (
  source: Source,
  files: OutputFolder['features'],
  names: FeatureNames,
): Promise<number> =>
  stage(source, {
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
        const results = await readFeatureResults(file, names, { findings, signal: source.signal })
        yield { run, results, length: results.length }
      }
    },
    record: ({ run, results }, at) => {
      const { feature, amount, occurrences, separation, targetMet, mpm } = results[at] as FeatureResult
      return [run, feature, amount, occurrences, separation, targetMet, mpm].map(field).join(',')
    },
  })
