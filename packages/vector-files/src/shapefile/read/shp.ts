import type { ZippedFile } from '@piecework/core/archive'
import { openShp } from 'shapefile'
import { type Ring, Rings } from '../../geometry/ring.js'
import { BufferedBytes } from './buffered-bytes.js'
import type { ShapefileLimits } from './limits.js'
import { type ShapefileLabels, subjectOf } from './shapefile-labels.js'

export type Position = readonly [x: number, y: number]
/** Polygons of rings; the first ring of each is the outer one. Undefined for a shape without geometry. */
export type Shape = readonly (readonly Ring[])[] | undefined

const headerLength = 100
/** Polygon, PolygonZ, PolygonM; heights and measures are not read. */
const polygonTypes: readonly number[] = [5, 15, 25]
/** Shapes are decoded together up to this many bytes. */
const batchBytes = 2 ** 18

export interface ShpHeader {
  readonly bytes: Buffer
  readonly type: number
}

export async function readShpHeader(file: ZippedFile, words: ShapefileLabels): Promise<ShpHeader> {
  const source = new BufferedBytes(file.open())
  try {
    const bytes = (await source.fill(headerLength)) ? source.take(headerLength) : Buffer.alloc(headerLength)
    if (bytes.readInt32BE(0) !== 9994) throw broken(words, file, 'has no shapefile header')
    const stated = bytes.readInt32BE(24) * 2
    if (stated > file.size) throw broken(words, file, `is truncated: it has ${file.size} of ${stated} bytes`)
    const type = bytes.readInt32LE(32)
    if (!polygonTypes.includes(type))
      throw words.problem(
        'not-polygons',
        `${file.name} of ${words.what} holds shapes of type ${type}; only polygons are read`,
      )
    return { bytes, type }
  } finally {
    await source.close()
  }
}

/**
 * All shapes in the order of the file, in batches, which must be that of the index: otherwise other programs see other shapes. Lengths
 * and counts are checked here before the `shapefile` package, which trusts them and seeks on silently where they are wrong, decodes the
 * shapes of several rings and finds the polygon of each hole.
 */
export async function* shapes(
  file: ZippedFile,
  index: ZippedFile,
  header: ShpHeader,
  limits: ShapefileLimits,
  words: ShapefileLabels,
): AsyncIterable<readonly Shape[]> {
  const source = new BufferedBytes(file.open())
  const offsets = new BufferedBytes(index.open())
  const end = header.bytes.readInt32BE(24) * 2
  try {
    if (!(await source.fill(headerLength))) throw broken(words, file, 'is truncated')
    source.skip(headerLength)
    if (!(await offsets.fill(headerLength)) || offsets.int32BE(0) !== 9994)
      throw broken(words, index, 'has no shapefile header')
    offsets.skip(headerLength)
    const rings = new Rings()
    let at = headerLength
    let batch: (Shape | Buffer)[] = []
    let size = 0
    for (let record = 1; at < end; record += 1) {
      // Waiting for what is there already would cost more than reading it.
      if (source.size < 8 && !(await source.fill(8)))
        throw broken(words, file, `ends in the middle of record ${record}`)
      const length = source.int32BE(4) * 2
      if (length < 4 || at + 8 + length > end)
        throw broken(words, file, `states a wrong length for record ${record}`)
      if (length > limits.shapeBytes) throw tooComplex(words, file, record)
      if ((offsets.size < 8 && !(await offsets.fill(8))) || offsets.int32BE(0) * 2 !== at)
        throw words.problem(
          'parts-differ',
          `${subjectOf(words)}'s parts do not belong together: ${index.name} does not have record ${record} where ${file.name} has it`,
        )
      offsets.skip(8)
      if (source.size < 8 + length && !(await source.fill(8 + length)))
        throw broken(words, file, `ends in the middle of record ${record}`)
      checkRecord(file, record, header.type, source, length, limits, words)
      batch.push(shapeOf(source, 8 + length, rings))
      at += 8 + length
      size += 8 + length
      if (size >= batchBytes) {
        yield await decoded(header.bytes, batch)
        batch = []
        size = 0
      }
    }
    await source.drain()
    await offsets.drain()
    if (batch.length > 0) yield await decoded(header.bytes, batch)
  } finally {
    await source.close()
    await offsets.close()
  }
}

/** Where a record has its parts: behind its number and length, the type of its shape, 0 for none, and four numbers of its extent. */
const typeAt = 8
const ringsAt = 44
const pointsAt = 48
const partsAt = 52

function checkRecord(
  file: ZippedFile,
  record: number,
  type: number,
  source: BufferedBytes,
  length: number,
  limits: ShapefileLimits,
  words: ShapefileLabels,
): void {
  const own = source.int32LE(typeAt)
  if (own === 0) return
  if (own !== type)
    throw broken(words, file, `holds a shape of type ${own} among those of type ${type} in record ${record}`)
  const parts = length < 44 ? -1 : source.int32LE(ringsAt)
  const points = length < 44 ? -1 : source.int32LE(pointsAt)
  if (parts < 0 || points < 0 || 44 + 4 * parts + 16 * points > length)
    throw broken(
      words,
      file,
      `is inconsistent in record ${record}: ${parts} rings and ${points} points do not fit into it`,
    )
  if (parts * points > limits.shapeWork) throw tooComplex(words, file, record)
  for (let part = 0, last = -1; part < parts; part += 1) {
    const start = source.int32LE(partsAt + 4 * part)
    if (start <= last || start >= points || (part === 0 && start !== 0))
      throw broken(
        words,
        file,
        `is inconsistent in record ${record}: ring ${part + 1} starts at point ${start}`,
      )
    last = start
  }
}

/** Takes the record at the front. The bytes of several rings are left for the `shapefile` package. */
function shapeOf(source: BufferedBytes, length: number, rings: Rings): Shape | Buffer {
  if (source.int32LE(typeAt) !== 0 && source.int32LE(ringsAt) !== 1) return source.take(length)
  let shape: Shape
  if (source.int32LE(typeAt) !== 0) {
    const ring = rings.take(source.int32LE(pointsAt))
    for (let number = 0; number < ring.length; number += 1)
      ring[number] = source.doubleLE(partsAt + 4 + 8 * number)
    shape = [[ring]]
  }
  source.skip(length)
  return shape
}

async function decoded(header: Buffer, batch: readonly (Shape | Buffer)[]): Promise<readonly Shape[]> {
  const several = batch.filter((shape) => Buffer.isBuffer(shape))
  if (several.length === 0) return batch as readonly Shape[]
  const source = await openShp(Buffer.concat([header, ...several]))
  const shapes: Shape[] = []
  for (const shape of batch) shapes.push(Buffer.isBuffer(shape) ? await polygons(source) : shape)
  return shapes
}

async function polygons(source: Awaited<ReturnType<typeof openShp>>): Promise<Shape> {
  const { value } = await source.read()
  if (value?.type === 'Polygon') return [ringsOf(value.coordinates)]
  if (value?.type === 'MultiPolygon') return value.coordinates.map(ringsOf)
  return undefined
}

const ringsOf = (polygon: readonly (readonly (readonly number[])[])[]): readonly Ring[] =>
  polygon.map((ring) => Float64Array.from(ring.flat()))

const broken = (words: ShapefileLabels, file: ZippedFile, what: string) =>
  words.problem('shp', `${file.name} of ${words.what} ${what}`)

const tooComplex = (words: ShapefileLabels, file: ZippedFile, record: number) =>
  words.problem('too-large', `Record ${record} of ${file.name} in ${words.what} is too large`)
