import { openShp } from 'shapefile'
import type { Polygons, Ring } from '../../geometry/ring.js'

/** Decodes the records among the shapes, in order. `header` is that of their .shp. */
export async function decodeShapes(
  header: Buffer,
  batch: readonly (Polygons | undefined | Buffer)[],
): Promise<readonly (Polygons | undefined)[]> {
  const records = batch.filter((shape) => Buffer.isBuffer(shape))
  if (records.length === 0) return batch as readonly (Polygons | undefined)[]
  const source = await openShp(Buffer.concat([header, ...records]))
  const shapes: (Polygons | undefined)[] = []
  for (const shape of batch) shapes.push(Buffer.isBuffer(shape) ? await nextPolygons(source) : shape)
  return shapes
}

async function nextPolygons(source: Awaited<ReturnType<typeof openShp>>): Promise<Polygons | undefined> {
  const { value } = await source.read()
  if (value?.type === 'Polygon') return [ringsOf(value.coordinates)]
  if (value?.type === 'MultiPolygon') return value.coordinates.map(ringsOf)
  return undefined
}

const ringsOf = (polygon: readonly (readonly (readonly number[])[])[]): readonly Ring[] =>
  polygon.map((ring) => Float64Array.from(ring.flat()))
