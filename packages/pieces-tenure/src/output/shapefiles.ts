import { type CsvRow, isPieceworkError, type OutputContext, type ZipMember } from '@piecework/core/piece'
import { type OutputFeature, ShapefileWriter } from '@piecework/vector-files'
import type { Ewkb } from './ewkb.js'
import { ShapeCounts } from './shape-counts.js'
import { type ShapeKind, shapeKinds, shapeOf } from './shape-of.js'

/** The folder of the shapefiles, in that of the project. */
export const shapefileFolder = 'shapefiles/'

/** Bytes of the longest id and of the longest type of all locations: fields of shapefiles have one width. */
export class ShapefileWidths {
  id = 0
  type = 0

  see({ id, type }: CsvRow): void {
    this.id = Math.max(this.id, Buffer.byteLength(id ?? ''))
    this.type = Math.max(this.type, Buffer.byteLength(type ?? ''))
  }
}

/**
 * One shapefile for each kind of geometry, in temporary files that are written while the locations are read for their CSV
 * file. One that would be too large is left out, with a warning.
 */
export class Shapefiles {
  readonly counts = new ShapeCounts()
  readonly #widths: ShapefileWidths
  readonly #context: Pick<OutputContext, 'signal' | 'finding'>
  readonly #writers = new Map<ShapeKind, ShapefileWriter>()
  readonly #tooLarge = new Set<ShapeKind>()
  #waiting = new Map<ShapeKind, OutputFeature[]>()

  constructor(widths: ShapefileWidths, context: Pick<OutputContext, 'signal' | 'finding'>) {
    this.#widths = widths
    this.#context = context
  }

  see(row: CsvRow, geometry: Ewkb | undefined): void {
    const shape = geometry ? shapeOf(geometry) : ({ kind: 'empty' } as const)
    if (!('geometry' in shape)) {
      this.counts.unshaped(shape.kind)
      return
    }
    this.counts.shaped(row)
    const waiting = this.#waiting.get(shape.kind) ?? []
    if (waiting.length === 0) this.#waiting.set(shape.kind, waiting)
    waiting.push({ values: [row.id ?? null, row.type ?? null], geometry: shape.geometry })
  }

  /** Writes what was seen. */
  async flush(): Promise<void> {
    const waiting = this.#waiting
    this.#waiting = new Map()
    for (const [kind, features] of waiting)
      if (!this.#tooLarge.has(kind))
        await this.#writer(kind)
          .add(features)
          .catch((error: unknown) => this.#leaveOut(kind, error))
  }

  async *files(folder: string): AsyncGenerator<ZipMember> {
    for (const kind of shapeKinds) {
      const made = await this.#writers
        .get(kind)
        ?.finish()
        .catch((error: unknown) => this.#leaveOut(kind, error))
      for (const file of made?.files ?? []) {
        const extension = file.name.slice(file.name.lastIndexOf('.'))
        yield { name: `${folder}${shapefileFolder}${kind}${extension}`, open: () => file.open() }
      }
      await this.#close(kind)
    }
  }

  /** Deletes the temporary files. */
  async close(): Promise<void> {
    for (const kind of this.#writers.keys()) await this.#close(kind)
  }

  #writer(kind: ShapeKind): ShapefileWriter {
    const known = this.#writers.get(kind)
    if (known) return known
    const { id, type } = this.#widths
    const fields = [
      { name: 'id', type: 'text', width: id },
      { name: 'type', type: 'text', width: type },
    ] as const
    const { signal } = this.#context
    const writer = new ShapefileWriter({ name: kind, polygonal: false, fields }, { signal })
    this.#writers.set(kind, writer)
    return writer
  }

  async #leaveOut(kind: ShapeKind, error: unknown): Promise<undefined> {
    if (!isPieceworkError(error, 'vector/file-too-large')) throw error
    this.#tooLarge.add(kind)
    await this.#close(kind)
    const file = `${shapefileFolder}${kind}.shp`
    const { message } = error
    this.#context.finding({ severity: 'warning', code: 'tenure/shapefile-too-large', file, message })
  }

  async #close(kind: ShapeKind): Promise<void> {
    await this.#writers.get(kind)?.close()
    this.#writers.delete(kind)
  }
}
