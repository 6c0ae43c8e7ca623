import type { FindingCollector, ValidationContext } from '@piecework/core/piece'
import { describeId, IdLines, IdSample, NonIntegerIds, pluralize } from '@piecework/marxan-files'
import type { VectorLayer } from '@piecework/vector-files'
import { forEachGridId, type GridIds } from '../planning-grid/for-each-grid-id.js'
import { costShapefile as labels } from '../shapes/labels.js'
import { reportDeleted } from '../shapes/shape-findings.js'
import type { CostAttributes } from './cost-attributes.js'
import { CostFindings } from './cost-findings.js'

/** Checks a layer with ids: every cost, every id, and whether each planning unit has a record. */
export async function checkCostIds(
  { entries, signal, progress }: ValidationContext,
  shapefile: VectorLayer<CostAttributes>,
  column: string,
  gridIds: GridIds,
  findings: FindingCollector,
): Promise<void> {
  const seen = new IdLines()
  const spelled = new NonIntegerIds()
  const costs = new CostFindings(shapefile.attributes.column, findings)
  let rows = 0
  for await (const batch of shapefile.rows()) {
    for (const row of batch) {
      costs.add(row)
      if (row.row.unit)
        describeId({ record: row.record, ...row.row.unit }, column, seen, spelled, labels, findings)
    }
    rows += batch.length
    progress(batch.at(-1)?.record ?? 0, shapefile.records)
  }
  costs.report()
  spelled.report(column, labels, findings)
  reportDeleted(rows, shapefile.records, labels, findings)
  const missing = new IdSample()
  const inGrid = new Uint8Array(seen.size)
  const isReadable = await forEachGridId(entries, gridIds, signal, (id) => {
    const index = seen.index.get(id)
    if (index < 0) missing.add(id)
    else inGrid[index] = 1
  })
  if (!isReadable) return
  if (missing.count > 0)
    findings.error(`${labels.code}-unit-without-cost`, { file: labels.role, column }, () => ({
      message: `${pluralize(missing.count, 'planning unit of the grid has', 'planning units of the grid have')} no record in ${labels.what}: ${missing.text}`,
      count: missing.count,
    }))
  const unknown = new IdSample()
  for (let index = 0; index < inGrid.length; index += 1)
    if (inGrid[index] === 0) unknown.add(seen.index.id(index))
  if (unknown.count > 0)
    findings.warning(`${labels.code}-unit-unknown`, { file: labels.role, column }, () => ({
      message: `${pluralize(unknown.count, 'record is', 'records are')} skipped in ${labels.what}, of planning units that are not in the grid: ${unknown.text}`,
      count: unknown.count,
    }))
}
