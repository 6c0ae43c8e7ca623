import type { FindingCollector, ValidationContext, Validator } from '@piecework/core/piece'
import {
  describeId,
  IdLines,
  IdSample,
  isGridError,
  NonIntegerIds,
  openGrid,
  pluralize,
} from '@piecework/marxan-files'
import type { LayerRow, PolygonShape, VectorLayer } from '@piecework/vector-files'
import { checkShapefile } from '../shapes/check-shapefile.js'
import { type FindCovered, type Uncovered, uncoveredUnits } from '../shapes/coverage/uncovered-units.js'
import type { GeometryChecks } from '../shapes/geometry-checks.js'
import { costShapefile as labels } from '../shapes/labels.js'
import { nameKey } from '../shapes/name-key.js'
import { reportDeleted, reportShapes } from '../shapes/shape-findings.js'
import { defaultCostSurface } from '../units/cost-surface-importer.js'
import { forEachGridId, type GridIds } from '../units/grid-ids.js'
import { type CostAttributes, type CostRow, openCosts } from './cost-attributes.js'
import { costSurfaceName } from './cost-surface-name.js'
import type { CostProblem } from './cost-value.js'

export interface CostShapesOptions {
  readonly gridIds: GridIds
  readonly checks: GeometryChecks
}

/** Reads the whole layer: every cost, every shape or id, and whether each planning unit gets a cost. */
export function costShapesValidator({ gridIds, checks }: CostShapesOptions): Validator {
  return {
    validate: (context) =>
      checkShapefile(
        context,
        labels,
        () => openCosts(context.entries, context.signal),
        async (shapefile, findings) => {
          reportName(costSurfaceName(context.entries, shapefile.name), findings)
          if (shapefile.attributes.idColumn === undefined)
            await checkShapes(context, shapefile, checks, findings)
          else await checkIds(context, shapefile, shapefile.attributes.idColumn, gridIds, findings)
        },
      ),
  }
}

function reportName(name: string, findings: FindingCollector): void {
  if (nameKey(name) === nameKey(defaultCostSurface))
    findings.error(`${labels.code}-name-taken`, { file: labels.role }, () => ({
      message: `The cost surface ${JSON.stringify(name)} would have the name of the one that pu.dat makes`,
      hint: 'Name it with the upload: { "name": "…" }.',
    }))
}

async function checkShapes(
  context: ValidationContext,
  shapefile: VectorLayer<CostAttributes>,
  checks: GeometryChecks,
  findings: FindingCollector,
): Promise<void> {
  const { tx, progress } = context
  let features = 0
  for await (const batch of shapefile.features()) {
    for (const row of batch) reportCost(row, shapefile.attributes.column, findings)
    await reportShapes(batch, { labels, thing: 'shape', checks, tx, findings })
    features += batch.length
    progress(batch.at(-1)?.record ?? 0, shapefile.records)
  }
  reportDeleted(features, shapefile.records, labels, findings)
  // Units below shapes that cannot be read would seem to be uncovered.
  if (findings.errors === 0) await checkCoverage(context, shapefile, checks, findings)
}

async function checkCoverage(
  { entries, tx, signal }: ValidationContext,
  shapefile: VectorLayer<CostAttributes>,
  checks: GeometryChecks,
  findings: FindingCollector,
): Promise<void> {
  const location = { file: labels.role }
  const findCovered: FindCovered | undefined =
    checks.coveredUnits && (async (units, shapes) => checks.coveredUnits?.(units, shapes, tx) ?? [])
  let uncovered: Uncovered | undefined
  try {
    const grid = await openGrid(entries, { signal })
    uncovered = await uncoveredUnits(grid, () => shapesOf(shapefile), findCovered)
  } catch (error) {
    if (isGridError(error)) return
    throw error
  }
  if (!uncovered)
    return findings.warning(`${labels.code}-unit-unchecked`, location, () => ({
      message: `Whether ${labels.what} covers every planning unit cannot be checked without a database`,
    }))
  const { units, more } = uncovered
  const { count } = units
  if (count > 0)
    findings.error(`${labels.code}-unit-without-cost`, location, () => ({
      message: `${more ? 'At least ' : ''}${pluralize(count, 'planning unit is', 'planning units are')} covered by no shape of ${labels.what}: ${units.text}`,
      count,
    }))
}

async function* shapesOf(shapefile: VectorLayer<CostAttributes>): AsyncGenerator<readonly PolygonShape[]> {
  for await (const batch of shapefile.features())
    yield batch.flatMap(({ geometry }) => ('problem' in geometry ? [] : [geometry]))
}

async function checkIds(
  { entries, signal, progress }: ValidationContext,
  shapefile: VectorLayer<CostAttributes>,
  column: string,
  gridIds: GridIds,
  findings: FindingCollector,
): Promise<void> {
  const seen = new IdLines()
  const spelled = new NonIntegerIds()
  let rows = 0
  for await (const batch of shapefile.rows()) {
    for (const row of batch) {
      reportCost(row, shapefile.attributes.column, findings)
      if (row.row.unit)
        describeId({ record: row.record, ...row.row.unit }, column, seen, spelled, labels, findings)
    }
    rows += batch.length
    progress(batch.at(-1)?.record ?? 0, shapefile.records)
  }
  spelled.report(column, labels, findings)
  reportDeleted(rows, shapefile.records, labels, findings)
  const missing = new IdSample()
  const inGrid = new Uint8Array(seen.size)
  const readable = await forEachGridId(entries, gridIds, signal, (id) => {
    const index = seen.index.get(id)
    if (index < 0) missing.add(id)
    else inGrid[index] = 1
  })
  if (!readable) return
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

const problems: Readonly<Record<CostProblem, string>> = {
  null: 'is empty',
  overflow: 'did not fit into its column when the file was written',
  'not-a-number': 'is no number',
  negative: 'is negative',
  'too-large': 'is too large for a number',
}

function reportCost({ record, row }: LayerRow<CostRow>, column: string, findings: FindingCollector): void {
  const { text, value } = row
  const place = { file: labels.role, line: record, column }
  if ('problem' in value)
    findings.error(`${labels.code}-cost-${value.problem}`, place, () => ({
      message: `The cost ${JSON.stringify(text)} of record ${record} ${problems[value.problem]}`,
    }))
  else if (value.spelled)
    findings.warning(`${labels.code}-cost-text`, place, () => ({
      message: `The cost ${JSON.stringify(text)} of record ${record} is written as a text; it is read as ${value.cost}`,
    }))
}
