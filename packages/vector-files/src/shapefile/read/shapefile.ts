import { openZip, type ZippedFile } from '@piecework/core/archive'
import type { Entries } from '@piecework/core/piece'
import { type Crs, crsOf } from '../../crs/crs.js'
import { type PolygonGeometry, polygonGeometry } from '../../geometry/polygon-geometry.js'
import { type DbfHeader, type DbfRecord, dbfRecords, readDbfHeader } from './dbf.js'
import { type Layer, layerOf } from './layer.js'
import { defaultShapefileLimits, type ShapefileLimits } from './limits.js'
import { readAll } from './read-all.js'
import { isAbout, type ShapefileFinding, type ShapefileLabels, subjectOf } from './shapefile-labels.js'
import { readShpHeader, type Shape, type ShpHeader, shapes } from './shp.js'

/** What is read of each record's attributes. */
export interface Attributes<Row> {
  /** The record's bytes are valid during the call only. */
  read(record: DbfRecord): Row
  readonly findings: readonly ShapefileFinding[]
}

export interface ShapefileRow<Row> {
  /** From 1; deleted records are counted. */
  readonly record: number
  readonly row: Row
}

export interface ShapefileFeature<Row> extends ShapefileRow<Row> {
  readonly geometry: PolygonGeometry
}

/** A shapefile of an upload. Nothing is put on disk: parts are inflated from range reads while they are read. */
export interface Shapefile<A extends Attributes<unknown>> {
  /** Name of the layer. */
  readonly layer: string
  readonly crs: string
  readonly attributes: A
  /** Deleted ones too. */
  readonly records: number
  /** Warnings about it as a whole. */
  readonly findings: readonly ShapefileFinding[]
  /** Reads the attribute table only. Deleted records are left out. */
  rows(): AsyncIterable<readonly ShapefileRow<ReturnType<A['read']>>[]>
  features(): AsyncIterable<readonly ShapefileFeature<ReturnType<A['read']>>[]>
  close(): void
}

export interface ShapefileOptions {
  readonly limits?: Partial<ShapefileLimits>
  readonly signal?: AbortSignal
}

/** Finds the attributes in the table. Throws an error about the shapefile where they are not there. */
export type FindAttributes<A> = (file: ZippedFile, header: DbfHeader, layer: string) => A | Promise<A>

/** Throws an error about the shapefile with a finding for each thing that makes it unreadable. Close what it resolves to. */
export async function openShapefile<A extends Attributes<unknown>>(
  entries: Entries,
  words: ShapefileLabels,
  findAttributes: FindAttributes<A>,
  { limits: given, signal }: ShapefileOptions = {},
): Promise<Shapefile<A>> {
  const limits = { ...defaultShapefileLimits, ...given }
  const zip = await openZip(entries, words.role, limits.entries, words)
  try {
    const layer = layerOf(zip.files, limits, words)
    const parts = { layer, words, limits, signal, ...(await openLayer(layer, words, findAttributes)) }
    return {
      layer: layer.name,
      crs: parts.crs.name,
      attributes: parts.attributes,
      records: parts.dbf.records,
      findings: [...parts.crs.findings, ...parts.attributes.findings],
      rows: () => rows(parts),
      features: () => features(parts),
      close: () => zip.close(),
    }
  } catch (error) {
    zip.close()
    throw error
  }
}

interface OpenedLayer<A> {
  readonly shp: ShpHeader
  readonly dbf: DbfHeader
  readonly crs: Crs
  readonly attributes: A
}

interface Parts<A> extends OpenedLayer<A> {
  readonly layer: Layer
  readonly words: ShapefileLabels
  readonly limits: ShapefileLimits
  readonly signal: AbortSignal | undefined
}

async function openLayer<A>(
  layer: Layer,
  words: ShapefileLabels,
  findAttributes: FindAttributes<A>,
): Promise<OpenedLayer<A>> {
  const problems: ShapefileFinding[] = []
  const attempt = async <T>(read: () => T | Promise<T>): Promise<T | undefined> => {
    try {
      return await read()
    } catch (error) {
      if (!isAbout(words, error)) throw error
      problems.push(...error.findings.map(({ piece: _, ...finding }) => finding))
      return undefined
    }
  }
  const crs = await attempt(async () => crsOf((await readAll(layer.prj.open())).toString('utf8'), words))
  const shp = await attempt(() => readShpHeader(layer.shp, words))
  const dbf = await attempt(async () =>
    readDbfHeader(layer.dbf, layer.cpg && (await readAll(layer.cpg.open())).toString('latin1'), words),
  )
  const indexed = Math.floor((layer.shx.size - 100) / 8)
  if (dbf && dbf.records !== indexed)
    problems.push(
      words.finding(
        'error',
        'parts-differ',
        `${subjectOf(words)}'s parts do not belong together: ${layer.dbf.name} has ${dbf.records} records, ${layer.shx.name} ${Math.max(indexed, 0)}`,
      ),
    )
  if (dbf?.records === 0)
    problems.push(words.finding('error', 'empty', `${subjectOf(words)} has no features`))
  const attributes =
    dbf && dbf.records > 0 ? await attempt(() => findAttributes(layer.dbf, dbf, layer.name)) : undefined
  if (problems.length > 0) throw words.error(problems)
  return { crs, shp, dbf, attributes } as OpenedLayer<A>
}

async function* rows<A extends Attributes<unknown>>({
  layer,
  words,
  signal,
  dbf,
  attributes,
}: Parts<A>): ReturnType<Shapefile<A>['rows']> {
  for await (const batch of dbfRecords(layer.dbf, dbf, words)) {
    signal?.throwIfAborted()
    const live: ShapefileRow<ReturnType<A['read']>>[] = []
    for (const record of batch)
      if (!record.deleted)
        live.push({ record: record.number, row: attributes.read(record) as ReturnType<A['read']> })
    yield live
  }
}

/** Features of one batch: few enough to be held, many enough for one statement. */
const batchFeatures = 1000
/** The same for features of many points. */
const batchBytes = 2 ** 22

async function* features<A extends Attributes<unknown>>(
  parts: Parts<A>,
): ReturnType<Shapefile<A>['features']> {
  const { layer, words, signal, dbf } = parts
  const batches = shapes(layer.shp, layer.shx, parts.shp, parts.limits, words)[Symbol.asyncIterator]()
  let batch: readonly Shape[] = []
  let at = 0
  let read = 0
  const refill = async (): Promise<void> => {
    const next = await batches.next()
    if (next.done) throw differ(parts, read)
    batch = next.value
    at = 0
  }
  try {
    let found: ShapefileFeature<ReturnType<A['read']>>[] = []
    let size = 0
    for await (const records of rows(parts))
      for (const { record, row } of records) {
        let shape: Shape
        for (; read < record; read += 1, at += 1) {
          // Asked once for each batch: waiting for every shape costs as much as reading it.
          if (at === batch.length) await refill()
          shape = batch[at]
        }
        const geometry = polygonGeometry(shape, parts.crs)
        found.push({ record, row, geometry })
        size += 'problem' in geometry ? 0 : geometry.size
        if (found.length === batchFeatures || size > batchBytes) {
          yield found
          found = []
          size = 0
          signal?.throwIfAborted()
        }
      }
    if (found.length > 0) yield found
    for (; read < dbf.records; read += 1, at += 1) if (at === batch.length) await refill()
    if (at < batch.length || !(await batches.next()).done) throw differ(parts, `more than ${read}`)
  } finally {
    await batches.return?.()
  }
}

const differ = ({ layer, dbf, words }: Parts<unknown>, shapeCount: number | string) =>
  words.problem(
    'parts-differ',
    `${subjectOf(words)}'s parts do not belong together: ${layer.shp.name} has ${shapeCount} shapes, ${layer.dbf.name} ${dbf.records} records`,
  )
