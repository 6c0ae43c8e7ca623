import {
  type ImportContext,
  type PieceCounts,
  type PieceImporter,
  PieceworkError,
} from '@piecework/core/piece'
import { type Grid, type GridUnit, openGrid, planningGrid } from '@piecework/marxan-files'
import { projectTables } from '@piecework/pieces-project'
import { BinaryRows, uuidExpression } from '@piecework/postgres'
import type { PolygonShape } from '@piecework/vector-files'
import { repairedGeometry } from '../shapes/repair-sql.js'
import { assertRowCount } from '../staging/assert-row-count.js'

/** The grid's shapes as planning units, with the ids that the files know them by. */
export const planningUnitsImporter: PieceImporter = {
  import: async (context) =>
    insertUnits(context, await openGrid(context.entries, { signal: context.signal })),
}

async function insertUnits(context: ImportContext, grid: Grid): Promise<PieceCounts> {
  const { tx, resource } = context
  await tx.query('CREATE TEMPORARY TABLE legacy_grid (puid integer, geom geometry) ON COMMIT DROP')
  const units = new Units(context, grid)
  let inserted = 0
  try {
    while (!units.ended) {
      inserted += await tx.copyIn(
        {
          table: projectTables.planning_units,
          columns: ['id', 'project_id', 'puid', 'geom'],
          format: 'binary',
        },
        units.convex(),
      )
      await tx.copyIn({ table: 'legacy_grid', columns: ['puid', 'geom'], format: 'binary' }, units.waiting())
    }
  } finally {
    await units.close()
  }
  inserted += await insertRepaired(context)
  assertRowCount('The planning grid', units.count, inserted)
  await tx.query(`UPDATE ${projectTables.projects} SET grid_shape = 'custom' WHERE id = $1`, [resource.id])
  if (units.count === 0) throw new PieceworkError('validation-failed', 'The planning grid has no features')
  const skipped = grid.records - units.count
  if (skipped > 0)
    context.finding({
      severity: 'warning',
      code: 'legacy/grid-deleted',
      file: 'planning-grid',
      message: `${skipped} deleted records of the planning grid were skipped`,
      count: skipped,
    })
  return { rows: inserted, skipped }
}

/** Of the units that `legacy_grid` holds. */
async function insertRepaired({ tx, ids, resource }: ImportContext): Promise<number> {
  const { rowCount } = await tx.query(
    `INSERT INTO ${projectTables.planning_units} (id, project_id, puid, geom)
     SELECT ${uuidExpression(ids.key('planning_units'), 'puid')}, $1::uuid, puid, geom
     FROM (SELECT puid, ${repairedGeometry('geom')} AS geom FROM legacy_grid) AS repaired
     WHERE NOT ST_IsEmpty(geom)`,
    [resource.id],
  )
  return rowCount
}

/** Bytes of rows that wait for the database to look at their units. */
const mostWaiting = 2 ** 22

/**
 * The units of the grid as rows: convex ones go straight into the table, others wait until it takes a break.
 */
class Units {
  /** Of all. */
  count = 0
  ended = false
  readonly #context: ImportContext
  readonly #records: number
  readonly #batches: AsyncIterator<readonly GridUnit[]>
  readonly #waiting = new BinaryRows()

  constructor(context: ImportContext, grid: Grid) {
    this.#context = context
    this.#records = grid.records
    this.#batches = grid.features()[Symbol.asyncIterator]()
  }

  async close(): Promise<void> {
    await this.#batches.return?.()
  }

  /** Until enough others wait, or the grid ends. */
  async *convex(): AsyncGenerator<Uint8Array> {
    const { ids, resource, progress } = this.#context
    const rows = new BinaryRows()
    while (this.#waiting.size < mostWaiting) {
      const { done, value: batch } = await this.#batches.next()
      if (done) {
        this.ended = true
        return
      }
      for (const { record, id, geometry } of batch) {
        if (!('id' in id) || 'problem' in geometry)
          throw planningGrid.problem(
            'unreadable',
            `Record ${record} of the planning grid is no planning unit`,
          )
        if (geometry.convex) {
          rows.row(4)
          rows.uuid(ids.idOf('planning_units', String(id.id)))
          rows.uuid(resource.id)
          writeUnit(rows, id.id, geometry)
        } else {
          this.#waiting.row(2)
          writeUnit(this.#waiting, id.id, geometry)
        }
      }
      this.count += batch.length
      progress(this.count, this.#records)
      if (rows.size > 0) yield rows.take()
    }
  }

  async *waiting(): AsyncGenerator<Uint8Array> {
    if (this.#waiting.size > 0) yield this.#waiting.take()
  }
}

function writeUnit(rows: BinaryRows, id: number, geometry: PolygonShape): void {
  rows.int4(id)
  const at = rows.value(geometry.size)
  geometry.writeEwkb(rows.view, at)
}
