import { createWriteStream } from 'node:fs'
import { pipeline } from 'node:stream/promises'
import { type OutputLayer, shapefileZip } from '@piecework/vector-files'

const parcels: OutputLayer = {
  name: 'parcels',
  polygonal: true,
  fields: [{ name: 'owner', type: 'text', width: 20 }],
  features: async function* () {
    const ring = [
      [20, -30],
      [20, -29],
      [21, -29],
      [20, -30],
    ] as const
    yield [{ values: ['Ana'], geometry: { type: 'Polygon', coordinates: [ring] } }]
  },
}

export const writeParcels = (path: string): Promise<void> =>
  pipeline(shapefileZip(parcels), createWriteStream(path))
