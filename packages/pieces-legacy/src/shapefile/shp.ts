import { openShp } from 'shapefile'
import type { ZippedFile } from '../zip/zip.js'
import { BufferedBytes } from './buffered-bytes.js'
import type { ShapefileLimits } from './limits.js'
import { type ShapefileWords, subjectOf } from './shapefile-words.js'

export type Position = readonly [x: number, y: number]
/** Polygons of rings; the first ring of each is the outer one. Undefined for a shape without geometry. */
export type Shape = readonly (readonly (readonly Position[])[])[] | undefined

const headerLength = 100
/** Polygon, PolygonZ, PolygonM; heights and measures are not read. */
const polygonTypes: readonly number[] = [5, 15, 25]
/** Shapes are decoded together up to this many bytes. */
const batchBytes = 2 ** 18

export interface ShpHeader {
  readonly bytes: Buffer
  readonly type: number
}

export async function readShpHeader(file: ZippedFile, words: ShapefileWords): Promise<ShpHeader> {
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
  words: ShapefileWords,
): AsyncIterable<readonly Shape[]> {
  const source = new BufferedBytes(file.open())
  const offsets = new BufferedBytes(index.open())
  const end = header.bytes.readInt32BE(24) * 2
  try {
    if (!(await source.fill(headerLength))) throw broken(words, file, 'is truncated')
    source.skip(headerLength)
    if (!(await offsets.fill(headerLength)) || offsets.int32(0) !== 9994)
      throw broken(words, index, 'has no shapefile header')
    offsets.skip(headerLength)
    let at = headerLength
    let batch: Buffer[] = []
    let size = 0
    for (let record = 1; at < end; record += 1) {
      // Waiting for what is there already would cost more than reading it.
      if (source.size < 8 && !(await source.fill(8)))
        throw broken(words, file, `ends in the middle of record ${record}`)
      const length = source.int32(4) * 2
      if (length < 4 || at + 8 + length > end)
        throw broken(words, file, `states a wrong length for record ${record}`)
      if (length > limits.shapeBytes) throw tooComplex(words, file, record)
      if ((offsets.size < 8 && !(await offsets.fill(8))) || offsets.int32(0) * 2 !== at)
        throw words.problem(
          'parts-differ',
          `${subjectOf(words)}'s parts do not belong together: ${index.name} does not have record ${record} where ${file.name} has it`,
        )
      offsets.skip(8)
      if (source.size < 8 + length && !(await source.fill(8 + length)))
        throw broken(words, file, `ends in the middle of record ${record}`)
      const bytes = source.take(8 + length)
      checkRecord(file, record, header.type, bytes.subarray(8), limits, words)
      at += bytes.length
      batch.push(bytes)
      size += bytes.length
      if (size >= batchBytes) {
        yield await decode(header.bytes, batch)
        batch = []
        size = 0
      }
    }
    await source.drain()
    await offsets.drain()
    if (batch.length > 0) yield await decode(header.bytes, batch)
  } finally {
    await source.close()
    await offsets.close()
  }
}

function checkRecord(
  file: ZippedFile,
  record: number,
  type: number,
  content: Buffer,
  limits: ShapefileLimits,
  words: ShapefileWords,
): void {
  const own = content.readInt32LE(0)
  if (own === 0) return
  if (own !== type)
    throw broken(words, file, `holds a shape of type ${own} among those of type ${type} in record ${record}`)
  const parts = content.length < 44 ? -1 : content.readInt32LE(36)
  const points = content.length < 44 ? -1 : content.readInt32LE(40)
  if (parts < 0 || points < 0 || 44 + 4 * parts + 16 * points > content.length)
    throw broken(
      words,
      file,
      `is inconsistent in record ${record}: ${parts} rings and ${points} points do not fit into it`,
    )
  if (parts * points > limits.shapeWork) throw tooComplex(words, file, record)
  for (let part = 0, last = -1; part < parts; part += 1) {
    const start = content.readInt32LE(44 + 4 * part)
    if (start <= last || start >= points || (part === 0 && start !== 0))
      throw broken(
        words,
        file,
        `is inconsistent in record ${record}: ring ${part + 1} starts at point ${start}`,
      )
    last = start
  }
}

async function decode(header: Buffer, batch: readonly Buffer[]): Promise<readonly Shape[]> {
  const several = batch.filter((record) => isShape(record) && rings(record) !== 1)
  const source = several.length > 0 ? await openShp(Buffer.concat([header, ...several])) : undefined
  const decoded: Shape[] = []
  for (const record of batch) {
    if (!isShape(record)) decoded.push(undefined)
    else if (rings(record) === 1) decoded.push([[onlyRing(record)]])
    else decoded.push(await polygons(source))
  }
  return decoded
}

/** A record begins with its number and its length, and goes on with the type of its shape, 0 for none. */
const isShape = (record: Buffer): boolean => record.readInt32LE(8) !== 0
const rings = (record: Buffer): number => record.readInt32LE(44)

/** What most planning units are. */
function onlyRing(record: Buffer): Position[] {
  const ring = new Array<Position>(record.readInt32LE(48))
  for (let point = 0, at = 56; point < ring.length; point += 1, at += 16)
    ring[point] = [record.readDoubleLE(at), record.readDoubleLE(at + 8)]
  return ring
}

async function polygons(source: Awaited<ReturnType<typeof openShp>> | undefined): Promise<Shape> {
  const { value } = (await source?.read()) ?? {}
  if (value?.type === 'Polygon') return [value.coordinates as unknown as Position[][]]
  if (value?.type === 'MultiPolygon') return value.coordinates as unknown as Position[][][]
  return undefined
}

const broken = (words: ShapefileWords, file: ZippedFile, what: string) =>
  words.problem('shp', `${file.name} of ${words.what} ${what}`)

const tooComplex = (words: ShapefileWords, file: ZippedFile, record: number) =>
  words.problem('too-large', `Record ${record} of ${file.name} in ${words.what} is too large`)
