import {
  check,
  checkOptions,
  type Entries,
  type NewFinding,
  type OptionChecks,
  objectCheck,
} from '@piecework/core/piece'
import type { AttributeTable } from '../../attribute-table.js'
import { unlikelyCrs } from '../../crs/unlikely-crs.js'
import { defaultShapefileLimits, type ShapefileLimits } from '../../defaults.js'
import type { LayerLabels } from '../../layer-labels.js'
import type { FindAttributes, LayerRow, RowReader, VectorLayer } from '../../vector-layer.js'
import { readFeatures } from './features.js'
import { collectProblems, shapefileHeaders } from './headers.js'

export interface ShapefileOptions {
  readonly limits?: Partial<ShapefileLimits>
  readonly signal?: AbortSignal
  /** `any`: a coordinate reference system that only PROJ may know is the layer's `wkt`. Default: it is refused. */
  readonly crs?: 'any'
}

export const shapefileChecks: OptionChecks<ShapefileOptions> = {
  limits: objectCheck<Partial<ShapefileLimits>>({
    entries: check.size,
    partBytes: check.size,
    textBytes: check.size,
    shapeBytes: check.size,
    shapeWork: check.size,
  }),
  signal: check.signal,
  crs: check.oneOf('any'),
}

/**
 * Opens the zipped shapefile of the role. Throws an error of the labels with a finding for each thing that
 * makes it unreadable.
 */
export async function openShapefile<Reader extends RowReader<unknown>>(
  entries: Entries,
  labels: LayerLabels,
  findAttributes: FindAttributes<Reader>,
  options?: ShapefileOptions,
): Promise<VectorLayer<Reader>> {
  const { limits: given, signal, crs: accepted } = checkOptions('openShapefile()', options, shapefileChecks)
  const limits = { ...defaultShapefileLimits, ...given }
  const { parts, crs, shp, table, problems: found } = await shapefileHeaders(entries, labels, limits)
  const refused = accepted === 'any' ? [] : (crs?.foreign?.error.findings ?? [])
  const problems: NewFinding[] = [...refused.map(({ piece: _, ...finding }) => finding), ...found]
  const attributes =
    table && table.size > 0
      ? await collectProblems(labels, problems, async () => findAttributes(table, parts.name))
      : undefined
  if (problems.length > 0 || !crs || !shp || !table || !attributes) throw labels.error(problems)
  const rows = () => readRows(table, attributes, signal)
  return {
    name: parts.name,
    crs: crs.name,
    ...(crs.foreign && { wkt: crs.foreign.wkt }),
    attributes,
    records: table.size,
    findings: [...crs.findings, ...unlikelyCrs(crs, shp.bounds, labels), ...attributes.findings],
    rows,
    features: () => readFeatures({ parts, crs, shp, records: table.size, labels, limits, signal }, rows()),
  }
}

async function* readRows<Reader extends RowReader<unknown>>(
  table: AttributeTable,
  attributes: Reader,
  signal: AbortSignal | undefined,
): AsyncGenerator<readonly LayerRow<ReturnType<Reader['read']>>[]> {
  for await (const batch of table.records()) {
    signal?.throwIfAborted()
    yield batch.map((record) => ({
      record: record.number,
      row: attributes.read(record) as ReturnType<Reader['read']>,
    }))
  }
}
