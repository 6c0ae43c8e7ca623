import { FindingCollector, type Validator } from '@piecework/core/piece'
import { pluralize, readBound, tableIds } from '@piecework/marxan-files'
import type { GridIds } from '../planning-grid/for-each-grid-id.js'
import { importedUnits } from '../units/imported-units.js'
import { Edges } from './edges.js'

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
      const edges = new Edges(inPu.size > 0 ? inPu : imported, imported)
      let rows = 0
      for await (const batch of readBound(entries.open(file), { findings, signal })) {
        edges.add(batch, findings)
        rows += batch.length
        context.progress(rows)
      }
      reportRepeated(edges, findings)
      const { count, text } = edges.outside
      if (count > 0)
        findings.warning('legacy/unit-unknown', { file }, () => ({
          message: `${pluralize(count, 'row is skipped: its planning units are', 'rows are skipped: their planning units are')} not both in the planning grid: ${text}`,
          count,
        }))
      yield* findings.list()
    },
  }
}

function reportRepeated({ repeated, areBothWays }: Edges, findings: FindingCollector): void {
  if (areBothWays)
    findings.warning('legacy/boundary-duplicate', { file }, () => ({
      message: `Each of the ${pluralize(repeated, 'pair', 'pairs')} of planning units has two rows, one for each direction; their boundaries are added up, so that BLM counts double`,
      hint: 'Halve BLM in input.dat, or leave one row of each pair: Marxan itself takes the first.',
      count: repeated,
    }))
  else if (repeated > 0)
    findings.warning('legacy/boundary-duplicate', { file }, () => ({
      message: `${pluralize(repeated, 'row repeats a pair', 'rows repeat pairs')} of planning units of other rows, in this order or the other; their boundaries are added up, so that they count more than once in BLM × boundary`,
      hint: 'Marxan itself takes the first row of a pair; leave one row of each.',
      count: repeated,
    }))
}
