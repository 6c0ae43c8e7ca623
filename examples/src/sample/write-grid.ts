import { createWriteStream } from 'node:fs'
import { pipeline } from 'node:stream/promises'
import { shapefileZip } from '@piecework/vector-files'
import { ringOf } from './hexagon.js'
import { projection } from './projection.js'
import type { Unit } from './units.js'

/** Writes the units as a zipped shapefile of hexagons with one attribute, `puid`. */
export async function writeGrid(path: string, units: readonly Unit[], side: number): Promise<void> {
  const layer = {
    name: 'pulayer',
    polygonal: true,
    fields: [{ name: 'puid', type: 'integer', width: 10 }],
    async *features() {
      yield units.map((unit) => ({
        values: [String(unit.id)],
        geometry: { type: 'Polygon', coordinates: [ringOf(unit, side)] } as const,
      }))
    },
  } as const
  await pipeline(shapefileZip(layer, { prj: projection }), createWriteStream(path))
}
