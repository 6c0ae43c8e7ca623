import { FindingCollector, type Validator } from '@piecework/core/piece'
import { IdSample, planningUnit, pluralize, readPuvspr, readSpec, tableIds } from '@piecework/marxan-files'
import type { GridIds } from '../planning-grid/for-each-grid-id.js'
import { importedUnits } from '../units/imported-units.js'
import { skippedUnits } from '../units/skipped-units.js'
import { FeatureAmounts } from './feature-amounts.js'
import { TargetCheck } from './target-check.js'
import { TargetScale } from './target-scale.js'
import { UnknownFeatures } from './unknown-features.js'

const file = 'puvspr.dat'

/**
 * Checks puvspr.dat alone and against the files that it refers to, and the targets of spec.dat against its
 * amounts. Reads puvspr.dat once.
 */
export function puvsprValidator({ gridIds }: { readonly gridIds: GridIds }): Validator {
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
              subject: { kind: planningUnit, key: `${unit}` },
              message: `The feature ${species} has more than one row for the planning unit ${unit}`,
            }))
        })
        rows += batch.length
        context.progress(rows)
      }
      const read = [...reading.list()]
      unknownFeatures.report(
        file,
        { header: read.some(({ code }) => code === 'legacy/column-order'), rows },
        findings,
      )
      const { count } = unknownUnits
      if (count > 0)
        findings.warning('legacy/unit-unknown', { file, column: 'pu' }, () => ({
          subject: { kind: planningUnit, key: `${unknownUnits.first}` },
          message: `${pluralize(count, 'row is skipped: its planning unit is', 'rows are skipped: their planning units are')} not in both pu.dat and the planning grid: ${unknownUnits.text}`,
          hint: skippedUnits,
          count,
        }))
      // Sums over part of the rows would blame the wrong file.
      const targets = new TargetCheck(amounts, findings)
      if (reading.errors === 0) {
        const scale = new TargetScale()
        for await (const batch of readSpec(entries.open('spec.dat'), {
          findings: new FindingCollector({ limit: 0 }),
          signal,
        })) {
          targets.add(batch)
          scale.add(batch, amounts)
        }
        targets.report()
        scale.report(findings)
      }
      yield* read
      yield* findings.list()
      yield* targets.list()
    },
  }
}
