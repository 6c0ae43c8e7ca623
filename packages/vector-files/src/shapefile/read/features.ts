import type { Crs } from '../../crs/crs.js'
import { batchBytes, batchFeatures, type ShapefileLimits } from '../../defaults.js'
import { placePolygons } from '../../geometry/place-polygons.js'
import type { Polygons } from '../../geometry/ring.js'
import type { LayerLabels } from '../../layer-labels.js'
import type { LayerFeature, LayerRow } from '../../vector-layer.js'
import type { ShapefileParts } from './parts.js'
import { readShapes } from './shapes.js'
import type { ShpHeader } from './shp-header.js'

export interface FeaturesOptions {
  readonly parts: ShapefileParts
  readonly crs: Crs
  readonly shp: ShpHeader
  /** Number of records of the attribute table. */
  readonly records: number
  readonly labels: LayerLabels
  readonly limits: ShapefileLimits
  readonly signal: AbortSignal | undefined
}

/**
 * Joins rows and shapes by their numbers; shapes of deleted records are skipped. Throws the problem
 * `parts-differ` if there are more or fewer shapes than records.
 */
export async function* readFeatures<Row>(
  options: FeaturesOptions,
  rows: AsyncIterable<readonly LayerRow<Row>[]>,
): AsyncGenerator<readonly LayerFeature<Row>[]> {
  const { parts, crs, shp: header, records, labels, limits, signal } = options
  const { shp, shx } = parts
  const batches = readShapes({ shp, shx, header, limits, labels })
  let shapes: readonly (Polygons | undefined)[] = []
  let at = 0
  let read = 0
  const refill = async (): Promise<void> => {
    const next = await batches.next()
    if (next.done) throw partsDiffer(options, read)
    shapes = next.value
    at = 0
  }
  try {
    let batch: LayerFeature<Row>[] = []
    let size = 0
    for await (const someRows of rows)
      for (const { record, row } of someRows) {
        let shape: Polygons | undefined
        for (; read < record; read += 1, at += 1) {
          // Awaited once for each batch: awaiting each shape would cost as much as reading it.
          if (at === shapes.length) await refill()
          shape = shapes[at]
        }
        const geometry = placePolygons(shape, crs)
        batch.push({ record, row, geometry })
        size += 'problem' in geometry ? 0 : geometry.size
        if (batch.length === batchFeatures || size > batchBytes) {
          yield batch
          batch = []
          size = 0
          signal?.throwIfAborted()
        }
      }
    if (batch.length > 0) yield batch
    for (; read < records; read += 1, at += 1) if (at === shapes.length) await refill()
    if (at < shapes.length || !(await batches.next()).done) throw partsDiffer(options, `more than ${read}`)
  } finally {
    await batches.return(undefined)
  }
}

const partsDiffer = ({ parts, records, labels }: FeaturesOptions, shapeCount: number | string) =>
  labels.problem(
    'parts-differ',
    `${labels.subject}'s parts do not belong together: ${parts.shp.name} has ${shapeCount} shapes, ${parts.dbf.name} ${records} records`,
  )
