import { buffer } from 'node:stream/consumers'
import { openZip } from '@piecework/core/archive'
import { type Entries, memo, type NewFinding } from '@piecework/core/piece'
import type { AttributeTable } from '../../attribute-table.js'
import { type Crs, readCrs } from '../../crs/crs.js'
import type { ShapefileLimits } from '../../defaults.js'
import type { LayerLabels } from '../../layer-labels.js'
import { shpHeaderBytes, shxRecordBytes } from '../shp-format.js'
import { openDbf } from './dbf-table.js'
import { findParts, type ShapefileParts } from './parts.js'
import { readShpHeader, type ShpHeader } from './shp-header.js'

/**
 * What must be known of a shapefile before its records are read. A part without a value has a finding in
 * `problems`.
 */
export interface ShapefileHeaders {
  readonly parts: ShapefileParts
  readonly crs: Crs | undefined
  readonly shp: ShpHeader | undefined
  readonly table: AttributeTable | undefined
  /** Errors. */
  readonly problems: readonly NewFinding[]
}

/** A generous guess of the bytes that names, offsets and one field of the headers take in memory. */
const headerBytes = 16_384
const fieldBytes = 256

/**
 * The headers of the zipped shapefile of the role, read once for all callers with these entries: the
 * directory of the zip, the .prj, the .cpg and the headers of .shp and .dbf. Throws an error of the labels if
 * the zip holds no shapefile.
 */
export const shapefileHeaders = (
  entries: Entries,
  labels: LayerLabels,
  limits: ShapefileLimits,
): Promise<ShapefileHeaders> =>
  memo(entries, labels.role, `headers ${labels.code} ${JSON.stringify(limits)}`, async () => {
    const value = await readHeaders(entries, labels, limits)
    return { value, bytes: headerBytes + fieldBytes * (value.table?.fields.length ?? 0) }
  })

async function readHeaders(
  entries: Entries,
  labels: LayerLabels,
  limits: ShapefileLimits,
): Promise<ShapefileHeaders> {
  const parts = findParts(await openZip(entries, labels.role, limits.entries, labels), limits, labels)
  const problems: NewFinding[] = []
  const attempt = <T>(read: () => Promise<T>) => collectProblems(labels, problems, read)
  const crs = await attempt(async () => readCrs((await buffer(parts.prj.open())).toString('utf8'), labels))
  const shp = await attempt(() => readShpHeader(parts.shp, labels))
  const table = await attempt(() => openDbf(parts, labels))
  if (table) problems.push(...sizeProblems(parts, table, labels))
  return { parts, crs, shp, table, problems }
}

/** Adds the findings of an error about the shapefile to `problems`; other errors are thrown. */
export async function collectProblems<T>(
  labels: LayerLabels,
  problems: NewFinding[],
  read: () => Promise<T>,
): Promise<T | undefined> {
  try {
    return await read()
  } catch (error) {
    if (!labels.isOwnError(error)) throw error
    problems.push(...error.findings.map(({ piece: _, ...finding }) => finding))
    return undefined
  }
}

function sizeProblems(
  { shx, dbf }: ShapefileParts,
  { size }: AttributeTable,
  labels: LayerLabels,
): readonly NewFinding[] {
  const indexed = Math.max(0, Math.floor((shx.size - shpHeaderBytes) / shxRecordBytes))
  const problem = (kind: string, message: string) => labels.finding('error', kind, message)
  return [
    ...(size === indexed
      ? []
      : [
          problem(
            'parts-differ',
            `${labels.subject}'s parts do not belong together: ${dbf.name} has ${size} records, ${shx.name} ${indexed}`,
          ),
        ]),
    ...(size === 0 ? [problem('empty', `${labels.subject} has no features`)] : []),
  ]
}
