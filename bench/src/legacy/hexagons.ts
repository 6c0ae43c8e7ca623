import type { OutputFeature, OutputLayer, Position } from '@piecework/vector-files'

const batch = 1000
/** Degrees: half a hexagon's height, and a quarter of its width. */
const half = 0.0045
const quarter = 0.0026
const west = 20
const south = -30

/**
 * Hexagons of about a square kilometre with ids from 1, row by row from the south. Neighbours have equal
 * corners.
 */
export function hexagons(units: number): OutputLayer {
  const width = Math.ceil(Math.sqrt(units))
  return {
    name: 'planning_grid',
    polygonal: true,
    fields: [{ name: 'puid', type: 'integer', width: String(units).length }],
    features: async function* () {
      for (let from = 0; from < units; from += batch) {
        const features: OutputFeature[] = []
        for (let unit = from; unit < Math.min(from + batch, units); unit += 1)
          features.push({
            values: [String(unit + 1)],
            geometry: hexagon(unit % width, Math.floor(unit / width)),
          })
        yield features
      }
    },
  }
}

/** Corners lie on a lattice of whole numbers, so that rounding moves those of neighbours alike. */
function hexagon(column: number, row: number): OutputFeature['geometry'] {
  const x = 3 * column
  const y = 2 * row + (column % 2)
  const corner = (dx: number, dy: number): Position => [west + (x + dx) * quarter, south + (y + dy) * half]
  const first = corner(0, 1)
  const ring = [first, corner(1, 2), corner(3, 2), corner(4, 1), corner(3, 0), corner(1, 0), first]
  return { type: 'Polygon', coordinates: [ring] }
}
