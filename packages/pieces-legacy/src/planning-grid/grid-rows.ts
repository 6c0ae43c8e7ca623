import type { ImportContext } from '@piecework/core/piece'
import { type Grid, type GridUnit, planningGrid } from '@piecework/marxan-files'
import { BinaryRows } from '@piecework/postgres'
import type { PolygonShape } from '@piecework/vector-files'
import { mostHeldBytes } from '../defaults.js'

/**
 * The grid's units as rows of COPY: convex ones go straight into the table, the others are held back, up to
 * `mostHeldBytes`, for a table in which the database repairs them. If the database has to place them too, all are held back.
 */
export class GridRows {
  /** Units read. */
  count = 0
  ended = false
  readonly #context: ImportContext
  readonly #records: number
  readonly #isPlaced: boolean
  readonly #batches: AsyncIterator<readonly GridUnit[]>
  readonly #held = new BinaryRows()

  constructor(context: ImportContext, grid: Grid) {
    this.#context = context
    this.#records = grid.records
    this.#isPlaced = grid.wkt === undefined
    this.#batches = grid.features()[Symbol.asyncIterator]()
  }

  async close(): Promise<void> {
    await this.#batches.return?.()
  }

  /** Ends when enough other rows are held back, or with the grid. */
  async *convex(): AsyncGenerator<Uint8Array> {
    const { ids, resource, progress } = this.#context
    const rows = new BinaryRows()
    while (this.#held.size < mostHeldBytes) {
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
        if (geometry.convex && this.#isPlaced) {
          rows.row(4)
          rows.uuid(ids.idOf('planning_units', String(id.id)))
          rows.uuid(resource.id)
          writeUnit(rows, id.id, geometry)
        } else {
          this.#held.row(2)
          writeUnit(this.#held, id.id, geometry)
        }
      }
      this.count += batch.length
      progress(this.count, this.#records)
      if (rows.size > 0) yield rows.take()
    }
  }

  async *held(): AsyncGenerator<Uint8Array> {
    if (this.#held.size > 0) yield this.#held.take()
  }
}

function writeUnit(rows: BinaryRows, id: number, geometry: PolygonShape): void {
  rows.int4(id)
  const at = rows.value(geometry.size)
  geometry.writeEwkb(rows.view, at)
}
