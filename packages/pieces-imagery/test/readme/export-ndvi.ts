import { createWriteStream } from 'node:fs'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { exportImage, findGdal, planExport, readSceneFacts } from '@piecework/pieces-imagery'

/** The vegetation index of a scene inside of an area, as `file`; which share of the area the scene covers. */
export async function exportNdvi(
  scene: string,
  area: unknown,
  folder: string,
  file: string,
): Promise<number> {
  const gdal = await findGdal()
  const facts = await readSceneFacts(gdal, scene, ['red', 'green', 'blue', 'nir'])
  const tool = {
    version: 1,
    nodes: {
      scene: { type: 'scene', id: 'lake' },
      ndvi: { type: 'ndvi', input: 'scene' },
      inside: { type: 'mask', input: 'ndvi', aoi: area, crop: true },
    },
    output: { node: 'inside' },
  }
  const scenesOf = async () => [{ id: 'lake', file: scene, facts }]
  const plan = await planExport(gdal, { tool, scenesOf }, { folder })
  const { bytes, coverage } = await exportImage(gdal, plan, () => scene, { folder })
  await pipeline(Readable.from(bytes), createWriteStream(file))
  return coverage
}
