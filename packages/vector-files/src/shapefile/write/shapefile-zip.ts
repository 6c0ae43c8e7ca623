import { Readable } from 'node:stream'
import { check, checkOptions, type FileToZip, type OptionChecks, zipFiles } from '@piecework/core/piece'
import { wgs84Prj } from '../../crs/wgs84.js'
import { maxShapefileBytes } from '../../defaults.js'
import type { OutputFeature, OutputLayer } from '../../output-layer.js'
import { dbfColumn } from './dbf-column.js'
import { fieldNames } from './field-names.js'
import { byLayerKind, type LayerKind } from './layer-kind.js'
import { LayerWriter } from './layer-writer.js'
import { readme } from './readme.js'

export interface ShapefileZipOptions {
  readonly signal?: AbortSignal
  /** Text of the .prj file. Default: WGS 84. */
  readonly prj?: string
  /** Limit of each file. Default 2 GB, which all programs read. */
  readonly maxFileBytes?: number
}

const zipChecks: OptionChecks<ShapefileZipOptions> = {
  signal: check.signal,
  prj: check.text,
  maxFileBytes: check.size,
}

/**
 * A zip with one shapefile for each kind of geometry in the layer, or an empty one of polygons. Features
 * without geometry are null shapes among the polygons; texts are cut to 254 bytes. Writes temporary files.
 * Throws `vector/file-too-large` beyond `maxFileBytes`.
 */
export async function* shapefileZip(
  layer: OutputLayer,
  given?: ShapefileZipOptions,
): AsyncGenerator<Uint8Array> {
  const options = checkOptions('shapefileZip()', given, zipChecks)
  const writers = new Map<LayerKind, LayerWriter>()
  try {
    yield* zipFiles(await writeFiles(layer, writers, options), { signal: options.signal })
  } finally {
    for (const writer of writers.values()) await writer.close()
  }
}

/** The files of the zip. Adds to `writers`, which the caller closes. */
async function writeFiles(
  layer: OutputLayer,
  writers: Map<LayerKind, LayerWriter>,
  { signal, prj = wgs84Prj, maxFileBytes = maxShapefileBytes }: ShapefileZipOptions,
): Promise<readonly FileToZip[]> {
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
  return [...files, textFile('README.txt', readme(sorted, layer.fields, columns))]
}

const partsOf = (geometry: OutputFeature['geometry']) =>
  geometry ? byLayerKind(geometry) : ([['polygons', null]] as const)

const textFile = (name: string, text: string): FileToZip => ({
  name,
  open: () => Readable.from([Buffer.from(text)]),
})
