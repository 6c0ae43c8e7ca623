import { checkOptions, FindingCollector, type Validator } from '@piecework/core/piece'
import { IdSample, pluralize, readPuvspr, readSpec, tableIds } from '@piecework/marxan-files'
import { type GridIdsOptions, gridIdsChecks, importedUnits } from '../units/grid-ids.js'
import { FeatureAmounts } from './feature-amounts.js'
import { tellGoals } from './goals.js'
import { TargetScale } from './target-scale.js'
import { UnknownFeatures } from './unknown-features.js'

const file = 'puvspr.dat'

/** Checks puvspr.dat, it against the files that it refers to, and the targets of spec.dat against its amounts. Reads it once. */
export function puvsprValidator(options: GridIdsOptions): Validator {
  const { gridIds } = checkOptions('puvsprValidator()', options, gridIdsChecks)
  return {
    async *validate(context) {
      const { entries, signal } = context
      const reading = new FindingCollector()
      const findings = new FindingCollector()
      const features = (await tableIds(entries, 'spec.dat', signal)).index
      const amounts = new FeatureAmounts(features, await importedUnits(entries, gridIds, signal))
      const unknownUnits = new IdSample()
      const unknownFeatures = new UnknownFeatures()
      let rows = 0
      for await (const batch of readPuvspr(entries.open(file), { findings: reading, signal })) {
        amounts.add(batch, (problem, row) => {
          const species = batch.columns.species[row] as number
          const line = batch.lines[row] as number
          const unit = batch.columns.pu[row] as number
          if (problem === 'unit-unknown') unknownUnits.add(unit)
          else if (problem === 'feature-unknown') unknownFeatures.add(species, line)
          else
            findings.error('legacy/amount-duplicate', { file, line }, () => ({
              message: `The feature ${species} has more than one row for the planning unit ${unit}`,
            }))
        })
        rows += batch.length
        context.progress(rows)
      }
      unknownFeatures.tell(file, findings)
      const { count } = unknownUnits
      if (count > 0)
        findings.warning('legacy/unit-unknown', { file, column: 'pu' }, () => ({
          message: `${pluralize(count, 'row is skipped: its planning unit is', 'rows are skipped: their planning units are')} not in both pu.dat and the planning grid: ${unknownUnits.text}`,
          count,
        }))
      // Sums over rows of which some could not be read would accuse the wrong file.
      if (reading.errors === 0) {
        const scale = new TargetScale()
        for await (const batch of readSpec(entries.open('spec.dat'), {
          findings: new FindingCollector({ limit: 0 }),
          signal,
        })) {
          tellGoals(batch, amounts, findings)
          scale.add(batch, amounts)
        }
        scale.tell(findings)
      }
      yield* reading.list()
      yield* findings.list()
    },
  }
}
