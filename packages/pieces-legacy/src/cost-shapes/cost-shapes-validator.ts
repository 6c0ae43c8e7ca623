import { isPieceworkError, type ValidationContext, type Validator } from '@piecework/core/piece'
import type { FindingCollector } from '@piecework/marxan-files'
import {
  describeId,
  IdLines,
  IdSample,
  isGridError,
  NonIntegerIds,
  openGrid,
  pluralize,
} from '@piecework/marxan-files'
import type { Shapefile, ShapefileRow } from '@piecework/vector-files'
import { checkShapefile } from '../shapes/check-shapefile.js'
import { uncoveredUnits } from '../shapes/coverage/uncovered-units.js'
import { costShapefile as words } from '../shapes/labels.js'
import { nameKey } from '../shapes/name-key.js'
import { tellDeleted, tellShapes } from '../shapes/shape-findings.js'
import { defaultCostSurface } from '../units/cost-surface-importer.js'
import { forEachGridId, type GridIds } from '../units/grid-ids.js'
import { type CostAttributes, type CostRow, openCosts } from './cost-attributes.js'
import { costSurfaceName } from './cost-surface-name.js'
import type { CostProblem } from './cost-value.js'

/** Reads the whole layer: every cost, every shape or id, and whether each planning unit gets a cost. */
export function costShapesValidator({ gridIds }: { readonly gridIds: GridIds }): Validator {
  return {
    validate: (context) =>
      checkShapefile(
        context,
        words,
        () => openCosts(context.entries, context.signal),
        async (shapefile, findings) => {
          tellName(costSurfaceName(context.entries, shapefile.layer), findings)
          if (shapefile.attributes.idColumn === undefined) await checkShapes(context, shapefile, findings)
          else await checkIds(context, shapefile, shapefile.attributes.idColumn, gridIds, findings)
        },
      ),
  }
}

function tellName(name: string, findings: FindingCollector): void {
  if (nameKey(name) === nameKey(defaultCostSurface))
    findings.error(`${words.code}-name-taken`, { file: words.role }, () => ({
      message: `The cost surface ${JSON.stringify(name)} would have the name of the one that pu.dat makes`,
      hint: 'Name it with the upload: { "name": "…" }.',
    }))
}

async function checkShapes(
  context: ValidationContext,
  shapefile: Shapefile<CostAttributes>,
  findings: FindingCollector,
): Promise<void> {
  const { tx, progress } = context
  let features = 0
  for await (const batch of shapefile.features()) {
    for (const row of batch) tellCost(row, shapefile.attributes.column, findings)
    await tellShapes(batch, words, 'shape', tx, findings)
    features += batch.length
    progress(batch.at(-1)?.record ?? 0, shapefile.records)
  }
  tellDeleted(features, shapefile.records, words, findings)
  // Shapes that cannot be read would accuse the units below them.
  if (findings.errors === 0) await checkCoverage(context, shapefile, findings)
}

async function checkCoverage(
  { entries, tx, signal }: ValidationContext,
  shapefile: Shapefile<CostAttributes>,
  findings: FindingCollector,
): Promise<void> {
  const place = { file: words.role }
  try {
    const grid = await openGrid(entries, { signal })
    try {
      const { units, more } = await uncoveredUnits(grid, () => shapesOf(shapefile), tx)
      const { count } = units
      if (count > 0)
        findings.error(`${words.code}-unit-without-cost`, place, () => ({
          message: `${more ? 'At least ' : ''}${pluralize(count, 'planning unit is', 'planning units are')} covered by no shape of ${words.what}: ${units.text}`,
          count,
        }))
    } finally {
      grid.close()
    }
  } catch (error) {
    if (isPieceworkError(error, 'unsupported'))
      findings.warning(`${words.code}-unit-unchecked`, place, () => ({
        message: `Without a database nobody could tell whether ${words.what} covers every planning unit`,
      }))
    else if (!isGridError(error)) throw error
  }
}

async function* shapesOf(shapefile: Shapefile<CostAttributes>): AsyncIterable<readonly string[]> {
  for await (const batch of shapefile.features())
    yield batch.flatMap(({ geometry }) => ('ewkb' in geometry ? [geometry.ewkb] : []))
}

async function checkIds(
  { entries, signal, progress }: ValidationContext,
  shapefile: Shapefile<CostAttributes>,
  column: string,
  gridIds: GridIds,
  findings: FindingCollector,
): Promise<void> {
  const seen = new IdLines()
  const spelled = new NonIntegerIds()
  let rows = 0
  for await (const batch of shapefile.rows()) {
    for (const row of batch) {
      tellCost(row, shapefile.attributes.column, findings)
      if (row.row.unit)
        describeId({ record: row.record, ...row.row.unit }, column, seen, spelled, words, findings)
    }
    rows += batch.length
    progress(batch.at(-1)?.record ?? 0, shapefile.records)
  }
  spelled.tell(column, words, findings)
  tellDeleted(rows, shapefile.records, words, findings)
  const missing = new IdSample()
  const inGrid = new Uint8Array(seen.size)
  const readable = await forEachGridId(entries, gridIds, signal, (id) => {
    const index = seen.index.get(id)
    if (index < 0) missing.add(id)
    else inGrid[index] = 1
  })
  if (!readable) return
  if (missing.count > 0)
    findings.error(`${words.code}-unit-without-cost`, { file: words.role, column }, () => ({
      message: `${pluralize(missing.count, 'planning unit of the grid has', 'planning units of the grid have')} no record in ${words.what}: ${missing.text}`,
      count: missing.count,
    }))
  const unknown = new IdSample()
  for (let index = 0; index < inGrid.length; index += 1)
    if (inGrid[index] === 0) unknown.add(seen.index.id(index))
  if (unknown.count > 0)
    findings.warning(`${words.code}-unit-unknown`, { file: words.role, column }, () => ({
      message: `${pluralize(unknown.count, 'record is', 'records are')} skipped in ${words.what}, of planning units that are not in the grid: ${unknown.text}`,
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

function tellCost({ record, row }: ShapefileRow<CostRow>, column: string, findings: FindingCollector): void {
  const { text, value } = row
  const place = { file: words.role, line: record, column }
  if ('problem' in value)
    findings.error(`${words.code}-cost-${value.problem}`, place, () => ({
      message: `The cost ${JSON.stringify(text)} of record ${record} ${problems[value.problem]}`,
    }))
  else if (value.spelled)
    findings.warning(`${words.code}-cost-text`, place, () => ({
      message: `The cost ${JSON.stringify(text)} of record ${record} is written as a text; it is read as ${value.cost}`,
    }))
}
