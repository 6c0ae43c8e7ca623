import { Readable } from 'node:stream'
import type { GeoRow, GeoTable } from '../../vector-table.js'
import { dbfField } from './dbf.js'
import { fieldNames } from './field-names.js'
import { byLayer, type LayerKind } from './layer-kind.js'
import { LayerWriter } from './layer-writer.js'
import { readme } from './readme.js'
import { type ZippedFile, zipped } from './zipped.js'

/** As ESRI's programs write it. */
const wgs84 =
  'GEOGCS["GCS_WGS_1984",DATUM["D_WGS_1984",SPHEROID["WGS_1984",6378137.0,298.257223563]],PRIMEM["Greenwich",0.0],UNIT["Degree",0.0174532925199433]]'

/** Lengths are signed 32-bit numbers for some programs. */
const twoGigabytes = 2 ** 31 - 1

export interface ShapefileZipOptions {
  readonly signal?: AbortSignal
  /** The most bytes of each file; `unsupported` where one would have more. Default 2 GB, what all programs read. */
  readonly maxFileBytes?: number
}

/**
 * A zip with one shapefile for each kind of geometry that the table holds, or an empty one of polygons. Rows without geometry
 * are null shapes among the polygons; texts are cut to 254 bytes. Spools to files in the temporary folder.
 */
export async function* shapefileZip(
  table: GeoTable,
  options: ShapefileZipOptions = {},
): AsyncGenerator<Uint8Array> {
  const layers = new Map<LayerKind, LayerWriter>()
  try {
    yield* zipped(await spooled(table, layers, options), options.signal)
  } finally {
    for (const writer of layers.values()) await writer.close()
  }
}

/** The files of the zip. `layers` is filled with what is to be closed afterwards. */
async function spooled(
  table: GeoTable,
  layers: Map<LayerKind, LayerWriter>,
  { signal, maxFileBytes = twoGigabytes }: ShapefileZipOptions,
): Promise<readonly ZippedFile[]> {
  const names = fieldNames(table.fields.map(({ name }) => name))
  const fields = table.fields.map((field, at) => dbfField(field, names[at] as string))
  const layer = async (kind: LayerKind): Promise<LayerWriter> => {
    const known = layers.get(kind)
    if (known) return known
    const name = table.polygonal ? table.name : `${table.name}_${kind}`
    const made = await LayerWriter.create({ name, kind, fields, maxFileBytes })
    layers.set(kind, made)
    return made
  }
  for await (const rows of table.rows()) {
    signal?.throwIfAborted()
    for (const row of rows) {
      for (const [kind, geometry] of shapes(row)) (await layer(kind)).add(row.values, geometry)
    }
    for (const writer of layers.values()) await writer.flush()
  }
  if (layers.size === 0) await layer('polygons')
  const files: ZippedFile[] = []
  const writers = [...layers.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, writer]) => writer)
  for (const writer of writers) {
    files.push(
      ...(await writer.finish()),
      { name: `${writer.name}.prj`, open: () => Readable.from([Buffer.from(wgs84)]) },
      { name: `${writer.name}.cpg`, open: () => Readable.from([Buffer.from('UTF-8')]) },
    )
  }
  const text = readme(writers, table.fields, fields)
  return [...files, { name: 'README.txt', open: () => Readable.from([Buffer.from(text)]) }]
}

function shapes({ geometry }: GeoRow) {
  return geometry ? byLayer(geometry) : ([['polygons', null]] as const)
}
