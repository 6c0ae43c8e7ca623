import type { FindingCollector, ValidationContext } from '@piecework/core/piece'
import { isGridError, openGrid, planningGrid, pluralize } from '@piecework/marxan-files'
import type { PolygonShape, VectorLayer } from '@piecework/vector-files'
import { type FindCovered, type Uncovered, uncoveredUnits } from '../shapes/coverage/uncovered-units.js'
import type { GeometryChecks } from '../shapes/geometry-checks.js'
import { costShapefile as labels } from '../shapes/labels.js'
import { placedLayer, reportUnplaced } from '../shapes/placed-layer.js'
import { reportDeleted, ShapeFindings } from '../shapes/shape-findings.js'
import type { CostAttributes } from './cost-attributes.js'
import { CostFindings } from './cost-findings.js'

/** Checks a layer without ids: every cost, every shape, and whether each planning unit is covered. */
export async function checkCostShapes(
  context: ValidationContext,
  opened: VectorLayer<CostAttributes>,
  checks: GeometryChecks,
  findings: FindingCollector,
): Promise<void> {
  const { tx, progress } = context
  const shapefile = placedLayer(opened, { labels, checks, tx })
  reportUnplaced(shapefile, labels, findings)
  const shapes = new ShapeFindings({ labels, thing: 'shape', checks, tx, findings })
  const costs = new CostFindings(shapefile.attributes.column, findings)
  let features = 0
  for await (const batch of shapefile.features()) {
    for (const row of batch) costs.add(row)
    await shapes.add(batch)
    features += batch.length
    progress(batch.at(-1)?.record ?? 0, shapefile.records)
  }
  costs.report()
  shapes.report()
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
    const opened = await openGrid(entries, { signal, crs: 'any' })
    const grid = placedLayer(opened, { labels: planningGrid, checks, tx })
    if (grid.wkt === undefined && shapefile.wkt === undefined)
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
