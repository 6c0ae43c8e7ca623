import type { NewFinding } from '@piecework/core/piece'
import type { LayerLabels } from '../layer-labels.js'
import type { Crs } from './crs.js'

const isProjected = /\b(?:PROJCS|PROJCRS|PROJECTEDCRS)\s*[[(]/i

/**
 * A warning about lengths that are all as small as degrees: the .prj of another layer puts the shapes within a few metres of one point.
 * The reverse, degrees that are no degrees, is an error of each shape.
 */
export function unlikelyCrs(
  { name, projected, foreign }: Pick<Crs, 'name' | 'projected' | 'foreign'>,
  bounds: readonly number[],
  labels: LayerLabels,
): readonly NewFinding[] {
  const [west = 0, south = 0, east = 0, north = 0] = bounds
  const areDegrees =
    west >= -180 && east <= 180 && south >= -90 && north <= 90 && west < east && south < north
  if (!areDegrees || !(projected || (foreign && isProjected.test(foreign.wkt)))) return []
  return [
    labels.finding(
      'warning',
      'crs-unlikely',
      `The .prj file of ${labels.what} says that its coordinates are lengths (${name}), while all of them are between -180 and 180 and between -90 and 90, as degrees are: its shapes may be put at the wrong place`,
      {
        hint: 'If they are degrees, take the .prj file that came with them, or export the layer again from a GIS in which it lies where it should.',
      },
    ),
  ]
}
