import type { Queryable } from '@piecework/core/piece'
import type { Grid } from '@piecework/marxan-files'
import { IdSample } from '@piecework/marxan-files'
import { coveredUnits, type PlacedUnit } from './covered-units.js'
import { boxOf, ringsOf } from './rings.js'
import { UnitPoints } from './unit-points.js'

/** Units whose shapes are held and looked at together. */
const chunkUnits = 2000
/** Characters of such shapes. */
const chunkSize = 2 ** 25
/** Once there is an error, the others are looked at up to this many units. */
const enough = 20_000

/** Reads the shapes from their beginning, each as hexadecimal EWKB, in batches. */
export type ReadShapes = () => AsyncIterable<readonly string[]>

export interface Uncovered {
  readonly units: IdSample
  /** There may be more. */
  readonly more: boolean
}

/**
 * The planning units that no shape covers. A unit with one point inside of a shape is covered; only for the others, which are few where
 * shapes belong to the grid, is the database asked, in as many readings of both as it takes to hold little. Throws `unsupported` where it
 * had to be asked and there is none.
 */
export async function uncoveredUnits(grid: Grid, read: ReadShapes, tx: Queryable): Promise<Uncovered> {
  const points = await UnitPoints.of(grid)
  for await (const batch of read()) {
    for (const ewkb of batch) points.cover(ringsOf(ewkb))
    if (points.left === 0) break
  }
  const units = new IdSample()
  let checked = 0
  for await (const chunk of leftUnits(grid, points)) {
    if (checked >= enough && units.count > 0) return { units, more: true }
    checked += chunk.length
    const uncovered = await without(chunk, read, tx)
    for (const { id } of uncovered) units.add(id)
  }
  return { units, more: false }
}

type LeftUnit = PlacedUnit & { readonly id: number }

async function* leftUnits(grid: Grid, points: UnitPoints): AsyncIterable<readonly LeftUnit[]> {
  if (points.left === 0) return
  let at = 0
  let chunk: LeftUnit[] = []
  let size = 0
  for await (const batch of grid.features())
    for (const { id, geometry } of batch) {
      const unit = at
      at += 1
      // What is no unit is told by the grid's own validator.
      if (points.isCovered(unit) || !('id' in id) || !('ewkb' in geometry)) continue
      chunk.push({ unit, id: id.id, ewkb: geometry.ewkb, box: boxOf(ringsOf(geometry.ewkb)) })
      size += geometry.ewkb.length
      if (chunk.length < chunkUnits && size < chunkSize) continue
      yield chunk
      chunk = []
      size = 0
    }
  if (chunk.length > 0) yield chunk
}

async function without(
  chunk: readonly LeftUnit[],
  read: ReadShapes,
  tx: Queryable,
): Promise<readonly LeftUnit[]> {
  let left = chunk
  for await (const batch of read()) {
    const covered = new Set(await coveredUnits(tx, left, batch))
    if (covered.size > 0) left = left.filter(({ unit }) => !covered.has(unit))
    if (left.length === 0) break
  }
  return left
}
