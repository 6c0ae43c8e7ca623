import type { ZippedFile } from '@piecework/core/archive'
import { decodeBytes, type ShapefileLimits } from '../../defaults.js'
import type { Polygons, Ring } from '../../geometry/ring.js'
import { RingAllocator } from '../../geometry/ring-allocator.js'
import type { LayerLabels } from '../../layer-labels.js'
import {
  shpRecordHeaderBytes as headBytes,
  shapeType,
  shpFileCode,
  shpHeaderBytes,
  shxRecordBytes,
} from '../shp-format.js'
import { BufferedBytes } from './buffered-bytes.js'
import { decodeShapes } from './decode-shapes.js'
import { brokenShp, type ShpHeader } from './shp-header.js'

export interface ShapesOptions {
  readonly shp: ZippedFile
  readonly shx: ZippedFile
  readonly header: ShpHeader
  readonly limits: ShapefileLimits
  readonly labels: LayerLabels
}

/**
 * All shapes in batches, in the order of the .shp, undefined for a shape without geometry. The .shx must have
 * the same order: otherwise other programs would see other shapes. Lengths and counts are checked before the
 * `shapefile` package, which trusts them and skips silently if they are wrong, decodes shapes of several
 * rings and finds the polygon of each hole.
 */
export async function* readShapes(options: ShapesOptions): AsyncGenerator<readonly (Polygons | undefined)[]> {
  const records = new ShapeRecords(options)
  try {
    await records.open()
    while (records.read()) {
      if (records.isFull) yield await records.take()
      else await records.fill()
    }
    await records.drain()
    const last = await records.take()
    if (last.length > 0) yield last
  } finally {
    await records.close()
  }
}

/** Reads what is buffered at once: awaiting each record costs more than reading it. */
class ShapeRecords {
  readonly #options: ShapesOptions
  readonly #source: BufferedBytes
  readonly #index: BufferedBytes
  readonly #allocator = new RingAllocator()
  #batch: (Polygons | undefined | Buffer)[] = []
  /** Bytes of its records. */
  #size = 0
  /** Offset of the next record, and its number. */
  #at = shpHeaderBytes
  #record = 1
  /** Bytes of the .shp that the next record needs, as far as that is known. */
  #needed = headBytes
  #indexEnded = false

  constructor(options: ShapesOptions) {
    this.#options = options
    this.#source = new BufferedBytes(options.shp.open())
    this.#index = new BufferedBytes(options.shx.open())
  }

  async open(): Promise<void> {
    const { shp, shx, labels } = this.#options
    if (!(await this.#source.fill(shpHeaderBytes))) throw brokenShp(labels, shp, 'is truncated')
    this.#source.skip(shpHeaderBytes)
    if (!(await this.#index.fill(shpHeaderBytes)) || this.#index.int32BE(0) !== shpFileCode)
      throw brokenShp(labels, shx, 'has no shapefile header')
    this.#index.skip(shpHeaderBytes)
  }

  get isFull(): boolean {
    return this.#size >= decodeBytes
  }

  /** Reads records until the batch is full or bytes are missing. False after the last one. */
  read(): boolean {
    const { header } = this.#options
    const source = this.#source
    const index = this.#index
    while (this.#at < header.length) {
      if (this.isFull || source.size < this.#needed || (index.size < shxRecordBytes && !this.#indexEnded))
        return true
      const length = headBytes + source.int32BE(4) * 2
      assertLength(this.#options, this.#record, length, header.length - this.#at)
      assertIndexed(this.#options, this.#record, index, this.#at)
      if (source.size < length) {
        this.#needed = length
        return true
      }
      assertRecord(this.#options, this.#record, source, length)
      index.skip(shxRecordBytes)
      this.#batch.push(takeShape(source, length, this.#allocator))
      this.#at += length
      this.#size += length
      this.#record += 1
      this.#needed = headBytes
    }
    return false
  }

  /** Buffers what `read` was missing. */
  async fill(): Promise<void> {
    const { shp, labels } = this.#options
    if (!(await this.#source.fill(this.#needed)))
      throw brokenShp(labels, shp, `ends in the middle of record ${this.#record}`)
    this.#indexEnded = !(await this.#index.fill(shxRecordBytes))
  }

  async take(): Promise<readonly (Polygons | undefined)[]> {
    const batch = this.#batch
    this.#batch = []
    this.#size = 0
    return decodeShapes(this.#options.header.bytes, batch)
  }

  /** Both files to their ends, which verifies them. */
  async drain(): Promise<void> {
    await this.#source.drain()
    await this.#index.drain()
  }

  async close(): Promise<void> {
    await this.#source.close()
    await this.#index.close()
  }
}

/** Offsets in a record, after its number, length, shape type and bounds. */
const typeAt = headBytes
const ringsAt = headBytes + 36
const pointsAt = headBytes + 40
const partsAt = headBytes + 44

function assertLength({ shp, limits, labels }: ShapesOptions, record: number, length: number, left: number) {
  if (length < headBytes + 4 || length > left)
    throw brokenShp(labels, shp, `states a wrong length for record ${record}`)
  if (length - headBytes > limits.shapeBytes) throw tooComplex(labels, shp, record)
}

function assertIndexed(
  { shp, shx, labels }: ShapesOptions,
  record: number,
  index: BufferedBytes,
  at: number,
) {
  if (index.size < shxRecordBytes || index.int32BE(0) * 2 !== at)
    throw labels.problem(
      'parts-differ',
      `${labels.subject}'s parts do not belong together: ${shx.name} does not have record ${record} where ${shp.name} has it`,
    )
}

function assertRecord(
  { shp, header, limits, labels }: ShapesOptions,
  record: number,
  source: BufferedBytes,
  length: number,
): void {
  const type = source.int32LE(typeAt)
  if (type === shapeType.none) return
  if (type !== header.type)
    throw brokenShp(
      labels,
      shp,
      `holds a shape of type ${type} among those of type ${header.type} in record ${record}`,
    )
  const rings = length < partsAt ? -1 : source.int32LE(ringsAt)
  const points = length < partsAt ? -1 : source.int32LE(pointsAt)
  if (rings < 0 || points < 0 || partsAt + 4 * rings + 16 * points > length)
    throw brokenShp(
      labels,
      shp,
      `is inconsistent in record ${record}: ${rings} rings and ${points} points do not fit into it`,
    )
  if (rings * points > limits.shapeWork) throw tooComplex(labels, shp, record)
  for (let ring = 0, last = -1; ring < rings; ring += 1) {
    const start = source.int32LE(partsAt + 4 * ring)
    if (start <= last || start >= points || (ring === 0 && start !== 0))
      throw brokenShp(
        labels,
        shp,
        `is inconsistent in record ${record}: ring ${ring + 1} starts at point ${start}`,
      )
    last = start
  }
}

/** Takes the next record: its shape if that is simple, else its bytes for the `shapefile` package. */
function takeShape(
  source: BufferedBytes,
  length: number,
  allocator: RingAllocator,
): Polygons | undefined | Buffer {
  const empty = source.int32LE(typeAt) === shapeType.none
  if (!empty && source.int32LE(ringsAt) !== 1) return source.take(length)
  let ring: Ring | undefined
  if (!empty) {
    ring = allocator.take(source.int32LE(pointsAt))
    for (let number = 0; number < ring.length; number += 1)
      ring[number] = source.doubleLE(partsAt + 4 + 8 * number)
  }
  source.skip(length)
  return ring && [[ring]]
}

const tooComplex = (labels: LayerLabels, file: ZippedFile, record: number) =>
  labels.problem('too-large', `Record ${record} of ${file.name} in ${labels.what} is too large`)
