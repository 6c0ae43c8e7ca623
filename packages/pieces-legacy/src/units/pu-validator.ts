import { FindingCollector, type Validator } from '@piecework/core/piece'
import type { TableIds } from '@piecework/marxan-files'
import {
  bestAttribute,
  fittingAttributes,
  GroupedRows,
  gridRole,
  IdSample,
  metadataFix,
  planningUnit,
  pluralize,
  type RankedAttribute,
  rankingText,
  readPu,
  tableIds,
} from '@piecework/marxan-files'
import { forEachGridId, type GridIds } from '../planning-grid/for-each-grid-id.js'
import { agreeWithGrid } from './agree-with-grid.js'
import { GridComparison } from './grid-comparison.js'

const file = 'pu.dat'

/** Checks pu.dat alone, then against the planning grid. */
export function puValidator({ gridIds }: { readonly gridIds: GridIds }): Validator {
  return {
    async *validate(context) {
      const { entries, signal } = context
      const findings = new FindingCollector()
      let rows = 0
      let locked = 0
      for await (const { length, columns } of readPu(entries.open(file), { findings, signal })) {
        rows += length
        for (let row = 0; row < length; row += 1) if ((columns.status[row] as number) > 1) locked += 1
        context.progress(rows)
      }
      if (rows > 0 && locked === rows && findings.errors === 0)
        findings.warning('legacy/all-units-locked', { file }, () => ({
          message: 'Every planning unit is locked in or out: there is nothing to choose',
        }))
      const ids = await tableIds(entries, file, signal)
      if (ids.size > 0) {
        const grid = new GridComparison(ids)
        const isReadable = await forEachGridId(entries, gridIds, signal, (id) => grid.add(id))
        if (isReadable) {
          const fitting = grid.missing.count > 0 ? await fittingAttributes(entries, ids.index, signal) : []
          if (grid.missing.count > 0 && !grid.hasCommon) {
            const agreeing = fitting.length === 0 ? await agreeWithGrid(entries, gridIds, signal) : []
            reportNoneInCommon(ids, grid.missing, { fitting, agreeing }, findings)
          } else reportDifferences(ids, grid, fitting, findings)
        }
      }
      yield* findings.list()
    },
  }
}

function reportNoneInCommon(
  { index }: TableIds,
  { count, text }: IdSample,
  {
    fitting,
    agreeing,
  }: { readonly fitting: readonly RankedAttribute[]; readonly agreeing: readonly string[] },
  findings: FindingCollector,
): void {
  const inPu = new IdSample()
  for (let at = 0; at < Math.min(index.size, 11); at += 1) inPu.add(index.id(at))
  if (agreeing.length > 0) {
    findings.error('legacy/no-common-unit', { file, column: 'id' }, () => ({
      message: `No id of pu.dat (${inPu.text}) is in the planning grid (${text}), while planning units of ${agreeing.join(' and ')} are`,
      hint: 'See whether this pu.dat is of another project, or counts its planning units in another way than the other files.',
    }))
    return
  }
  findings.error('legacy/no-common-unit', { file: gridRole }, () => ({
    message: `${count === 1 ? 'The one id' : `None of the ${count} ids`} of the planning grid (${text}) is ${count === 1 ? 'not ' : ''}in pu.dat (${inPu.text})${
      fitting.length === 0 ? '' : `; attributes whose values are: ${rankingText(fitting)}`
    }`,
    ...(fitting.length > 0
      ? metadataFix(gridRole, 'idAttribute', {
          value: bestAttribute(fitting),
          byHand:
            'In a GIS, give the attribute with the right ids the name puid, and the one that has it now another name',
        })
      : { hint: 'Take the shapefile that this pu.dat was made for, or the pu.dat of this shapefile.' }),
  }))
}

function reportDifferences(
  ids: TableIds,
  grid: GridComparison,
  [best]: readonly RankedAttribute[],
  findings: FindingCollector,
): void {
  const { missing, inGrid } = grid
  const { count } = missing
  const isPartlyRead = findings.errors > 0
  if (count > 0)
    findings.error('legacy/unit-without-row', { file }, () => ({
      subject: { kind: planningUnit, key: `${missing.first}` },
      message: `${pluralize(count, 'planning unit of the grid has', 'planning units of the grid have')} no row in pu.dat${isPartlyRead ? ' that can be read' : ''}: ${missing.text}`,
      hint: isPartlyRead ? 'Mend the rows of pu.dat that cannot be read first.' : grid.hint(best),
      count,
    }))
  const apart = new GroupedRows()
  for (let index = 0; index < inGrid.length; index += 1) {
    const id = ids.index.id(index)
    if (inGrid[index] === 0)
      apart.add(
        ids.line(index),
        id,
        () => `The planning unit ${id} is not in the planning grid; its row is skipped`,
      )
  }
  apart.report(
    'legacy/unit-without-geometry',
    { file, column: 'id' },
    (rows) => `${rows} planning units are not in the planning grid; their rows are skipped`,
    findings,
    {
      hint: 'If they belong to the project, take the planning grid that has them; else nothing has to be changed.',
    },
  )
}
