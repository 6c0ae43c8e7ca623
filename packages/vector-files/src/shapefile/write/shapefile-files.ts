import { Readable } from 'node:stream'
import { check, checkOptions, type FileToZip, type OptionChecks } from '@piecework/core/piece'
import { wgs84Prj } from '../../crs/wgs84.js'
import { maxShapefileBytes } from '../../defaults.js'
import type { OutputFeature, OutputLayer } from '../../output-layer.js'
import { type DbfColumn, dbfColumn } from './dbf-column.js'
import { fieldNames } from './field-names.js'
import { byLayerKind, type LayerKind } from './layer-kind.js'
import { LayerWriter } from './layer-writer.js'

export interface ShapefileFilesOptions {
  readonly signal?: AbortSignal
  /** Text of the .prj file. Default: WGS 84. */
  readonly prj?: string
  /** Limit of each file. Default 2 GB, which all programs read. */
  readonly maxFileBytes?: number
}

export const shapefileFilesChecks: OptionChecks<ShapefileFilesOptions> = {
  signal: check.signal,
  prj: check.text,
  maxFileBytes: check.size,
}

/** Shapefiles that have been written to temporary files. */
export interface ShapefileFiles {
  /** Of each shapefile: .shp, .shx, .dbf, .prj, .cpg. Can be opened until `close`. */
  readonly files: readonly FileToZip[]
  /** The shapefiles, in order. */
  readonly layers: readonly { readonly name: string; readonly records: number }[]
  readonly columns: readonly DbfColumn[]
  /** Deletes the temporary files. Idempotent. */
  close(): Promise<void>
}

/**
 * Writes one shapefile for each kind of geometry in the layer, or an empty one of polygons, for a zip with other files.
 * Features without geometry are null shapes among the polygons; texts are cut to 254 bytes. Throws
 * `vector/file-too-large` beyond `maxFileBytes`. What it resolves to has to be closed.
 */
export async function shapefileFiles(
  layer: OutputLayer,
  given?: ShapefileFilesOptions,
): Promise<ShapefileFiles> {
  const options = checkOptions('shapefileFiles()', given, shapefileFilesChecks)
  const writers = new Map<LayerKind, LayerWriter>()
  const close = async (): Promise<void> => {
    for (const writer of writers.values()) await writer.close()
    writers.clear()
  }
  try {
    return { ...(await writeFiles(layer, writers, options)), close }
  } catch (error) {
    await close()
    throw error
  }
}

/** Adds to `writers`, which the caller closes. */
async function writeFiles(
  layer: OutputLayer,
  writers: Map<LayerKind, LayerWriter>,
  { signal, prj = wgs84Prj, maxFileBytes = maxShapefileBytes }: ShapefileFilesOptions,
): Promise<Omit<ShapefileFiles, 'close'>> {
  const names = fieldNames(layer.fields.map(({ name }) => name))
  const columns = layer.fields.map((field, at) => dbfColumn(field, names[at] as string))
  const writerOf = async (kind: LayerKind): Promise<LayerWriter> => {
    const name = layer.polygonal ? layer.name : `${layer.name}_${kind}`
    const writer = writers.get(kind) ?? (await LayerWriter.create({ name, kind, columns, maxFileBytes }))
    writers.set(kind, writer)
    return writer
  }
  for await (const batch of layer.features()) {
    signal?.throwIfAborted()
    for (const { values, geometry } of batch)
      for (const [kind, part] of partsOf(geometry)) (await writerOf(kind)).add(values, part)
    for (const writer of writers.values()) await writer.flush()
  }
  if (writers.size === 0) await writerOf('polygons')
  const sorted = [...writers].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, writer]) => writer)
  const files: FileToZip[] = []
  for (const writer of sorted)
    files.push(
      ...(await writer.finish()),
      textFile(`${writer.name}.prj`, prj),
      textFile(`${writer.name}.cpg`, 'UTF-8'),
    )
  return { files, layers: sorted, columns }
}

const partsOf = (geometry: OutputFeature['geometry']) =>
  geometry ? byLayerKind(geometry) : ([['polygons', null]] as const)

/** A small file of a zip. */
export const textFile = (name: string, text: string): FileToZip => ({
  name,
  open: () => Readable.from([Buffer.from(text)]),
})
