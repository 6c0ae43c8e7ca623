import type { ImportContext, PieceCounts } from '@piecework/core/piece'
import { pluralize } from '@piecework/marxan-files'
import { projectTables } from '@piecework/pieces-project'
import type { VectorLayer } from '@piecework/vector-files'
import { costShapefile as labels } from '../shapes/labels.js'
import { reportSkipped } from '../shapes/stage-shapes.js'
import { assertRowCount } from '../staging/assert-row-count.js'
import type { CostAttributes, CostRow } from './cost-attributes.js'
import { costOf } from './cost-of.js'

/** The cost of each unit: the one of the record with its id. */
export async function insertCostsById(
  { tx, resource, progress, finding }: ImportContext,
  shapefile: VectorLayer<CostAttributes>,
  surface: string,
): Promise<PieceCounts> {
  await tx.query('CREATE TEMPORARY TABLE legacy_costs (puid integer, cost double precision) ON COMMIT DROP')
  let read = 0
  const csv = async function* (): AsyncGenerator<Uint8Array> {
    for await (const batch of shapefile.rows()) {
      read += batch.length
      progress(read, shapefile.records)
      if (batch.length > 0)
        yield Buffer.from(batch.map(({ row }) => `${idOf(row)},${costOf(row)}\n`).join(''))
    }
  }
  const copied = await tx.copyIn({ table: 'legacy_costs', columns: ['puid', 'cost'] }, csv())
  assertRowCount(labels.subject, read, copied)
  await tx.query('ANALYZE legacy_costs')
  const { rowCount } = await tx.query(
    `INSERT INTO ${projectTables.cost_surface_values} (cost_surface_id, planning_unit_id, cost)
     SELECT $1::uuid, unit.id, given.cost
     FROM legacy_costs AS given
     JOIN ${projectTables.planning_units} AS unit ON unit.project_id = $2::uuid AND unit.puid = given.puid`,
    [surface, resource.id],
  )
  const unknown = read - rowCount
  if (unknown > 0)
    finding(
      labels.finding(
        'warning',
        'unit-unknown',
        `${pluralize(unknown, 'record was', 'records were')} skipped in ${labels.what}, without a planning unit in the grid`,
        { count: unknown },
      ),
    )
  return { rows: rowCount, skipped: unknown + reportSkipped(finding, labels, shapefile.records - read) }
}

function idOf({ unit }: CostRow): number {
  if (unit && 'id' in unit.id) return unit.id.id
  throw labels.problem('unreadable', `${JSON.stringify(unit?.text)} in ${labels.what} is no planning unit`)
}
