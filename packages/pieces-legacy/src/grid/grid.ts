import type { Entries } from '@piecework/core'
import { gridRole } from '../roles.js'
import { openZip } from '../zip/zip.js'
import { type Crs, crsOf } from './crs.js'
import { type DbfHeader, dbfRecords, fieldText, readDbfHeader } from './dbf.js'
import { type GridFinding, gridError, gridFinding, gridZip, isGridError } from './grid-problem.js'
import { type IdAttribute, idAttribute } from './id-attribute.js'
import { type Layer, layerOf } from './layer.js'
import { defaultGridLimits, type GridLimits } from './limits.js'
import { readAll } from './read-all.js'
import { readShpHeader, type Shape, type ShpHeader, shapes } from './shp.js'
import { type UnitGeometry, unitGeometry } from './unit-geometry.js'
import { type UnitId, unitId } from './unit-id.js'

/** One planning unit as the shapefile has it; what is wrong with it is told in `id` and `geometry`. */
export interface GridUnit {
  /** From 1; deleted records are counted. */
  readonly record: number
  /** The id attribute's text, for messages. */
  readonly text: string
  readonly id: UnitId
  readonly geometry: UnitGeometry
}

/** The planning grid of an upload. Nothing is put on disk: parts are inflated from range reads while they are read. */
export interface Grid {
  /** Name of the shapefile's layer. */
  readonly layer: string
  readonly crs: string
  /** Spelling of the id attribute. */
  readonly idAttribute: string
  /** Records, deleted ones too. */
  readonly records: number
  /** Warnings about the grid as a whole. */
  readonly findings: readonly GridFinding[]
  /** Reads the attribute table only. Deleted records are left out. */
  ids(): AsyncIterable<readonly Pick<GridUnit, 'record' | 'text' | 'id'>[]>
  features(): AsyncIterable<readonly GridUnit[]>
  close(): void
}

export interface GridOptions {
  readonly limits?: Partial<GridLimits>
  readonly signal?: AbortSignal
}

/** Throws `legacy/grid-…`, with a finding for each thing that makes the grid unreadable. Close what it resolves to. */
export async function openGrid(entries: Entries, options: GridOptions = {}): Promise<Grid> {
  const limits = { ...defaultGridLimits, ...options.limits }
  const zip = await openZip(entries, gridRole, limits.entries, gridZip)
  try {
    const layer = layerOf(zip.files, limits)
    const parts = await openLayer(layer, entries.facts(gridRole)?.metadata?.idAttribute)
    return {
      layer: layer.name,
      crs: parts.crs.name,
      idAttribute: parts.id.field.name,
      records: parts.dbf.records,
      findings: [...parts.crs.findings, ...parts.id.findings],
      ids: () => ids(layer, parts, options.signal),
      features: () => features(layer, parts, limits, options.signal),
      close: () => zip.close(),
    }
  } catch (error) {
    zip.close()
    throw error
  }
}

interface Parts {
  readonly shp: ShpHeader
  readonly dbf: DbfHeader
  readonly crs: Crs
  readonly id: IdAttribute
}

async function openLayer(layer: Layer, idName: unknown): Promise<Parts> {
  const problems: GridFinding[] = []
  const attempt = async <T>(read: () => T | Promise<T>): Promise<T | undefined> => {
    try {
      return await read()
    } catch (error) {
      if (!isGridError(error)) throw error
      problems.push(...error.findings.map(({ piece: _, ...finding }) => finding))
      return undefined
    }
  }
  const crs = await attempt(async () => crsOf((await readAll(layer.prj.open())).toString('utf8')))
  const shp = await attempt(() => readShpHeader(layer.shp))
  const dbf = await attempt(async () =>
    readDbfHeader(layer.dbf, layer.cpg && (await readAll(layer.cpg.open())).toString('latin1')),
  )
  const indexed = Math.floor((layer.shx.size - 100) / 8)
  if (dbf && dbf.records !== indexed)
    problems.push(
      gridFinding(
        'error',
        'legacy/grid-parts-differ',
        `The planning grid's parts do not belong together: ${layer.dbf.name} has ${dbf.records} records, ${layer.shx.name} ${Math.max(indexed, 0)}`,
      ),
    )
  if (dbf?.records === 0)
    problems.push(gridFinding('error', 'legacy/grid-empty', 'The planning grid has no features'))
  const id = dbf && dbf.records > 0 ? await attempt(() => idAttribute(layer.dbf, dbf, idName)) : undefined
  const [first, ...more] = problems
  if (first) throw gridError([first, ...more])
  return { crs, shp, dbf, id } as Parts
}

async function* ids(layer: Layer, { dbf, id }: Parts, signal?: AbortSignal): ReturnType<Grid['ids']> {
  for await (const batch of dbfRecords(layer.dbf, dbf)) {
    signal?.throwIfAborted()
    yield batch
      .filter(({ deleted }) => !deleted)
      .map((record) => {
        const text = fieldText(record, id.field)
        return { record: record.number, text, id: unitId(text, id.field.type) }
      })
  }
}

/** Units of one batch: few enough to be held, many enough for one statement. */
const batchUnits = 1000

async function* features(
  layer: Layer,
  parts: Parts,
  limits: GridLimits,
  signal?: AbortSignal,
): ReturnType<Grid['features']> {
  const geometry = each(shapes(layer.shp, layer.shx, parts.shp, limits))
  let read = 0
  const next = async (): Promise<Shape> => {
    const shape = await geometry.next()
    if (shape.done) throw differ(layer, read, parts.dbf.records)
    read += 1
    return shape.value
  }
  try {
    let units: GridUnit[] = []
    for await (const batch of ids(layer, parts, signal))
      for (const unit of batch) {
        while (read < unit.record - 1) await next()
        units.push({ ...unit, geometry: unitGeometry(await next(), parts.crs) })
        if (units.length === batchUnits) {
          yield units
          units = []
          signal?.throwIfAborted()
        }
      }
    if (units.length > 0) yield units
    while (read < parts.dbf.records) await next()
    if (!(await geometry.next()).done) throw differ(layer, `more than ${read}`, parts.dbf.records)
  } finally {
    await geometry.return(undefined)
  }
}

async function* each<T>(batches: AsyncIterable<readonly T[]>): AsyncGenerator<T, undefined> {
  for await (const batch of batches) yield* batch
  return undefined
}

const differ = (layer: Layer, shapeCount: number | string, records: number) =>
  gridError([
    gridFinding(
      'error',
      'legacy/grid-parts-differ',
      `The planning grid's parts do not belong together: ${layer.shp.name} has ${shapeCount} shapes, ${layer.dbf.name} ${records} records`,
    ),
  ])
