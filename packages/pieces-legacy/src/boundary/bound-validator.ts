import { FindingCollector, type Validator } from '@piecework/core/piece'
import { pluralize, readBound, tableIds } from '@piecework/marxan-files'
import type { GridIds } from '../planning-grid/for-each-grid-id.js'
import { importedUnits } from '../units/imported-units.js'
import { skippedUnits } from '../units/skipped-units.js'
import { CheckBoundaries } from './check-boundaries.js'
import { marxansRule } from './marxans-rule.js'

const file = 'bound.dat'

/** Checks bound.dat, if it was uploaded, alone and against pu.dat and the planning grid. */
export function boundValidator({ gridIds }: { readonly gridIds: GridIds }): Validator {
  return {
    async *validate(context) {
      const { entries, signal } = context
      if (!entries.paths.includes(file)) return
      const findings = new FindingCollector()
      const imported = await importedUnits(entries, gridIds, signal)
      const inPu = (await tableIds(entries, 'pu.dat', signal)).index
      const rule = await marxansRule(entries, signal)
      const boundaries = new CheckBoundaries(inPu.size > 0 ? inPu : imported, imported, rule, findings)
      let rows = 0
      for await (const batch of readBound(entries.open(file), { findings, signal })) {
        boundaries.add(batch)
        rows += batch.length
        context.progress(rows)
      }
      boundaries.report()
      const { count, text } = boundaries.outside
      if (count > 0)
        findings.warning('legacy/unit-unknown', { file }, () => ({
          message: `${pluralize(count, 'row is skipped: its planning units are', 'rows are skipped: their planning units are')} not both in the planning grid: ${text}`,
          hint: skippedUnits,
          count,
        }))
      yield* findings.list()
    },
  }
}
