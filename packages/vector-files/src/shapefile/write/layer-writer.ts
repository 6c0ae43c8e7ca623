import type { SimpleGeometry } from '../../geometry/geometry.js'
import { type DbfField, dbfHeader, dbfRecord } from './dbf.js'
import type { LayerKind } from './layer-kind.js'
import { nowhere, shapeRecord, shapeTypes } from './shape-record.js'
import { SpoolFile } from './spool-file.js'
import type { ZippedFile } from './zipped.js'

const headerBytes = 100

export interface LayerWriterOptions {
  /** Name of the files without extension. */
  readonly name: string
  readonly kind: LayerKind
  readonly fields: readonly DbfField[]
  /** The most bytes of each file. */
  readonly maxFileBytes: number
}

/** Writes one shapefile's .shp, .shx and .dbf side by side. */
export class LayerWriter {
  readonly name: string
  readonly #type: number
  readonly #fields: readonly DbfField[]
  readonly #files: { readonly shp: SpoolFile; readonly shx: SpoolFile; readonly dbf: SpoolFile }
  readonly #bounds = nowhere()
  #records = 0

  private constructor(
    options: LayerWriterOptions,
    files: { shp: SpoolFile; shx: SpoolFile; dbf: SpoolFile },
  ) {
    this.name = options.name
    this.#type = shapeTypes[options.kind]
    this.#fields = options.fields
    this.#files = files
    files.shp.add(Buffer.alloc(headerBytes))
    files.shx.add(Buffer.alloc(headerBytes))
    files.dbf.add(dbfHeader(options.fields, 0))
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
    const index = Buffer.allocUnsafe(8)
    index.writeInt32BE(shp.size / 2)
    index.writeInt32BE(content.length / 2, 4)
    const header = Buffer.allocUnsafe(8)
    header.writeInt32BE(++this.#records)
    header.writeInt32BE(content.length / 2, 4)
    shp.add(header)
    shp.add(content)
    shx.add(index)
    dbf.add(dbfRecord(this.#fields, values))
  }

  async flush(): Promise<void> {
    for (const file of Object.values(this.#files)) await file.flush()
  }

  /** The finished files in the order that they are zipped in. They can be opened until `close`. */
  async finish(): Promise<readonly ZippedFile[]> {
    const { shp, shx, dbf } = this.#files
    dbf.add(Buffer.of(0x1a))
    await shp.finish(this.#header(shp.size))
    await shx.finish(this.#header(shx.size))
    await dbf.finish(dbfHeader(this.#fields, this.#records))
    return Object.entries(this.#files).map(([extension, file]) => ({
      name: `${this.name}.${extension}`,
      open: () => file.read(),
    }))
  }

  async close(): Promise<void> {
    for (const file of Object.values(this.#files)) await file.close()
  }

  /** Of .shp and .shx, which differ in their length alone. */
  #header(size: number): Buffer {
    const header = Buffer.alloc(headerBytes)
    header.writeInt32BE(9994)
    header.writeInt32BE(size / 2, 24)
    header.writeInt32LE(1000, 28)
    header.writeInt32LE(this.#type, 32)
    for (const [index, value] of this.#bounds.entries())
      header.writeDoubleLE(Number.isFinite(value) ? value : 0, 36 + 8 * index)
    return header
  }
}
