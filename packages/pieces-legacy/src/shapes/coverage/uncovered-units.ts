import type { Grid } from '@piecework/marxan-files'
import { IdSample } from '@piecework/marxan-files'
import type { PolygonShape } from '@piecework/vector-files'
import { coverageCharacters, coverageUnits, mostCoveredUnits } from '../../defaults.js'
import { boxOf } from './box.js'
import { UnitPoints } from './unit-points.js'
import type { UnitShape } from './unit-shape.js'

/** Reads all shapes, in batches. */
export type ReadShapes = () => AsyncIterable<readonly PolygonShape[]>

/** The units of a chunk, as their `unit`, that have an area in common with a shape. */
export type FindCovered = (
  units: readonly UnitShape[],
  shapes: readonly PolygonShape[],
) => Promise<readonly number[]>

export interface Uncovered {
  readonly units: IdSample
  /** There may be more. */
  readonly more: boolean
}

/**
 * The planning units that no shape covers. A unit with one point inside of a shape is covered. The others,
 * which are few if the shapes belong to the grid, are left to `findCovered`, in as many readings of grid and
 * shapes as keep the memory small. Undefined if there are others and `findCovered` is absent.
 */
export async function uncoveredUnits(
  grid: Grid,
  read: ReadShapes,
  findCovered: FindCovered | undefined,
): Promise<Uncovered | undefined> {
  const points = await UnitPoints.of(grid)
  for await (const batch of read()) {
    for (const shape of batch) points.cover(shape)
    if (points.left === 0) break
  }
  const units = new IdSample()
  let checked = 0
  for await (const chunk of leftUnits(grid, points)) {
    if (!findCovered) return undefined
    if (checked >= mostCoveredUnits && units.count > 0) return { units, more: true }
    checked += chunk.length
    for (const { id } of await withoutShape(chunk, read, findCovered)) units.add(id)
  }
  return { units, more: false }
}

type LeftUnit = UnitShape & { readonly id: number }

async function* leftUnits(grid: Grid, points: UnitPoints): AsyncIterable<readonly LeftUnit[]> {
  if (points.left === 0) return
  let at = 0
  let chunk: LeftUnit[] = []
  let size = 0
  for await (const batch of grid.features())
    for (const { id, geometry } of batch) {
      const unit = at
      at += 1
      // Records that are no units are reported by the validator of the grid.
      if (points.isCovered(unit) || !('id' in id) || 'problem' in geometry) continue
      // Rings share memory with those of other units.
      const { ewkb } = geometry
      chunk.push({ unit, id: id.id, ewkb, box: boxOf(geometry) })
      size += ewkb.length
      if (chunk.length < coverageUnits && size < coverageCharacters) continue
      yield chunk
      chunk = []
      size = 0
    }
  if (chunk.length > 0) yield chunk
}

async function withoutShape(
  chunk: readonly LeftUnit[],
  read: ReadShapes,
  findCovered: FindCovered,
): Promise<readonly LeftUnit[]> {
  let left = chunk
  for await (const batch of read()) {
    const covered = new Set(await findCovered(left, batch))
    if (covered.size > 0) left = left.filter(({ unit }) => !covered.has(unit))
    if (left.length === 0) break
  }
  return left
}
