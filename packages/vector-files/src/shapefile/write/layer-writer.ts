import type { FileToZip } from '@piecework/core/piece'
import type { SimpleGeometry } from '../../geometry/geometry.js'
import { dbfFileEnd, dbfRecordBytes } from '../dbf-format.js'
import {
  shpBoundsAt,
  shpFileCode,
  shpHeaderBytes,
  shpLengthAt,
  shpRecordHeaderBytes,
  shpTypeAt,
  shpVersion,
  shpVersionAt,
  shxRecordBytes,
} from '../shp-format.js'
import type { DbfColumn } from './dbf-column.js'
import { dbfHeader } from './dbf-header.js'
import { writeDbfRecord } from './dbf-record.js'
import type { LayerKind } from './layer-kind.js'
import { emptyBounds, shapeRecord, shapeTypes } from './shape-record.js'
import { SpoolFile } from './spool-file.js'

export interface LayerWriterOptions {
  /** File name without extension. */
  readonly name: string
  readonly kind: LayerKind
  readonly columns: readonly DbfColumn[]
  /** Limit of each file. */
  readonly maxFileBytes: number
}

/** Writes the .shp, .shx and .dbf of one shapefile side by side. */
export class LayerWriter {
  readonly name: string
  readonly #type: number
  readonly #columns: readonly DbfColumn[]
  readonly #files: { readonly shp: SpoolFile; readonly shx: SpoolFile; readonly dbf: SpoolFile }
  readonly #bounds = emptyBounds()
  #records = 0

  private constructor(
    options: LayerWriterOptions,
    files: { shp: SpoolFile; shx: SpoolFile; dbf: SpoolFile },
  ) {
    this.name = options.name
    this.#type = shapeTypes[options.kind]
    this.#columns = options.columns
    this.#files = files
    files.shp.add(Buffer.alloc(shpHeaderBytes))
    files.shx.add(Buffer.alloc(shpHeaderBytes))
    files.dbf.add(dbfHeader(options.columns, 0))
  }

  static async create(options: LayerWriterOptions): Promise<LayerWriter> {
    const { name, maxFileBytes } = options
    const create = (extension: string): Promise<SpoolFile> =>
      SpoolFile.create(`${name}.${extension}`, maxFileBytes)
    const shp = await create('shp')
    const shx = await create('shx')
    return new LayerWriter(options, { shp, shx, dbf: await create('dbf') })
  }

  get records(): number {
    return this.#records
  }

  add(values: readonly (string | null)[], geometry: SimpleGeometry | null): void {
    const { shp, shx, dbf } = this.#files
    const content = shapeRecord(geometry, this.#bounds)
    const index = shx.reserve(shxRecordBytes)
    shx.block.writeInt32BE(shp.size / 2, index)
    shx.block.writeInt32BE(content.length / 2, index + 4)
    const header = shp.reserve(shpRecordHeaderBytes)
    shp.block.writeInt32BE(++this.#records, header)
    shp.block.writeInt32BE(content.length / 2, header + 4)
    shp.add(content)
    const record = dbf.reserve(dbfRecordBytes(this.#columns))
    writeDbfRecord(this.#columns, values, dbf.block, record)
  }

  async flush(): Promise<void> {
    for (const file of Object.values(this.#files)) await file.flush()
  }

  /** The finished files in their order in the zip. They can be opened until `close`. */
  async finish(): Promise<readonly FileToZip[]> {
    const { shp, shx, dbf } = this.#files
    dbf.add(Buffer.of(dbfFileEnd))
    await shp.finish(this.#header(shp.size))
    await shx.finish(this.#header(shx.size))
    await dbf.finish(dbfHeader(this.#columns, this.#records))
    return Object.entries(this.#files).map(([extension, file]) => ({
      name: `${this.name}.${extension}`,
      open: () => file.read(),
    }))
  }

  async close(): Promise<void> {
    for (const file of Object.values(this.#files)) await file.close()
  }

  /** Headers of .shp and .shx differ only in their length. */
  #header(size: number): Buffer {
    const header = Buffer.alloc(shpHeaderBytes)
    header.writeInt32BE(shpFileCode)
    header.writeInt32BE(size / 2, shpLengthAt)
    header.writeInt32LE(shpVersion, shpVersionAt)
    header.writeInt32LE(this.#type, shpTypeAt)
    for (const [index, value] of this.#bounds.entries())
      header.writeDoubleLE(Number.isFinite(value) ? value : 0, shpBoundsAt + 8 * index)
    return header
  }
}
