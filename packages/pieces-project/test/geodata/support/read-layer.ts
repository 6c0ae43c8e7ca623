import { read } from 'shapefile'

export interface ReadRecord {
  readonly properties: Readonly<Record<string, unknown>>
  readonly geometry: unknown
}

/** The records of one shapefile of a zip, read by a library that is not ours. */
export async function readLayer(
  files: ReadonlyMap<string, Buffer>,
  layer: string,
): Promise<readonly ReadRecord[]> {
  const [shp, dbf] = [files.get(`${layer}.shp`), files.get(`${layer}.dbf`)]
  if (!shp || !dbf) throw new Error(`there is no ${layer} among ${[...files.keys()].join(', ')}`)
  const { features } = await read(shp, dbf, { encoding: 'utf-8' })
  return features.map(({ properties, geometry }) => ({ properties: properties ?? {}, geometry }))
}
