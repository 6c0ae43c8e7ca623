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
  /** Of each shapefile: .shp, .shx, .dbf, .prj, .cpg. */
  readonly files: readonly FileToZip[]
  /** The shapefiles, in order. */
  readonly layers: readonly { readonly name: string; readonly records: number }[]
  readonly columns: readonly DbfColumn[]
}

/**
 * Writes one shapefile for each kind of geometry that comes, or an empty one of polygons, to temporary files. Features without
 * geometry are null shapes among the polygons; texts are cut to 254 bytes. To be closed, whatever happens.
 */
export class ShapefileWriter {
  readonly #layer: Omit<OutputLayer, 'features'>
  readonly #options: ShapefileFilesOptions
  readonly #columns: readonly DbfColumn[]
  readonly #writers = new Map<LayerKind, LayerWriter>()

  constructor(layer: Omit<OutputLayer, 'features'>, given?: ShapefileFilesOptions) {
    this.#options = checkOptions('ShapefileWriter()', given, shapefileFilesChecks)
    const names = fieldNames(layer.fields.map(({ name }) => name))
    this.#layer = layer
    this.#columns = layer.fields.map((field, at) => dbfColumn(field, names[at] as string))
  }

  /** Throws `vector/file-too-large` beyond `maxFileBytes`. */
  async add(features: readonly OutputFeature[]): Promise<void> {
    this.#options.signal?.throwIfAborted()
    for (const { values, geometry } of features)
      for (const [kind, part] of partsOf(geometry)) {
        const writer = this.#writers.get(kind) ?? (await this.#open(kind))
        writer.add(values, part)
      }
    for (const writer of this.#writers.values()) await writer.flush()
  }

  /** The files of what was added, until `close`. */
  async finish(): Promise<ShapefileFiles> {
    const { prj = wgs84Prj } = this.#options
    if (this.#writers.size === 0) await this.#open('polygons')
    const sorted = [...this.#writers].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, writer]) => writer)
    const files: FileToZip[] = []
    for (const writer of sorted)
      files.push(
        ...(await writer.finish()),
        textFile(`${writer.name}.prj`, prj),
        textFile(`${writer.name}.cpg`, 'UTF-8'),
      )
    return { files, layers: sorted, columns: this.#columns }
  }

  /** Deletes the temporary files. Idempotent. */
  async close(): Promise<void> {
    for (const writer of this.#writers.values()) await writer.close()
    this.#writers.clear()
  }

  async #open(kind: LayerKind): Promise<LayerWriter> {
    const { name, polygonal } = this.#layer
    const { maxFileBytes = maxShapefileBytes } = this.#options
    const file = polygonal ? name : `${name}_${kind}`
    const writer = await LayerWriter.create({ name: file, kind, columns: this.#columns, maxFileBytes })
    this.#writers.set(kind, writer)
    return writer
  }
}

const partsOf = (geometry: OutputFeature['geometry']) =>
  geometry ? byLayerKind(geometry) : ([['polygons', null]] as const)

/** A small file of a zip. */
export const textFile = (name: string, text: string): FileToZip => ({
  name,
  open: () => Readable.from([Buffer.from(text)]),
})
