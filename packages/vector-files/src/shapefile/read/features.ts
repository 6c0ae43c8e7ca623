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
  const features = new Features<Row>(crs)
  const refill = async (): Promise<void> => {
    const next = await batches.next()
    if (next.done) throw partsDiffer(options, features.shapes)
    features.refill(next.value)
  }
  try {
    for await (const some of rows)
      for (let row = 0; row < some.length; ) {
        row = features.join(some, row)
        if (features.isFull) {
          yield features.take()
          signal?.throwIfAborted()
        } else if (row < some.length) await refill()
      }
    if (features.count > 0) yield features.take()
    while (features.shapes < records) await refill()
    if (features.shapes > records || !(await batches.next()).done)
      throw partsDiffer(options, `more than ${records}`)
  } finally {
    await batches.return(undefined)
  }
}

/** Joins what has been read at once: awaiting each shape would cost as much as reading it. */
class Features<Row> {
  readonly #crs: Crs
  #shapes: readonly (Polygons | undefined)[] = []
  /** Shapes before these. */
  #before = 0
  #batch: LayerFeature<Row>[] = []
  #bytes = 0

  constructor(crs: Crs) {
    this.#crs = crs
  }

  /** Shapes so far. */
  get shapes(): number {
    return this.#before + this.#shapes.length
  }

  get count(): number {
    return this.#batch.length
  }

  get isFull(): boolean {
    return this.#batch.length === batchFeatures || this.#bytes > batchBytes
  }

  refill(shapes: readonly (Polygons | undefined)[]): void {
    this.#before += this.#shapes.length
    this.#shapes = shapes
  }

  /** From the row at `from` on, until the batch is full or a shape is missing. The first row that is left. */
  join(rows: readonly LayerRow<Row>[], from: number): number {
    for (let next = from; next < rows.length; next += 1) {
      const { record, row } = rows[next] as LayerRow<Row>
      if (this.isFull || record > this.shapes) return next
      const geometry = placePolygons(this.#shapes[record - this.#before - 1], this.#crs)
      this.#batch.push({ record, row, geometry })
      this.#bytes += 'problem' in geometry ? 0 : geometry.size
    }
    return rows.length
  }

  take(): readonly LayerFeature<Row>[] {
    const batch = this.#batch
    this.#batch = []
    this.#bytes = 0
    return batch
  }
}

const partsDiffer = ({ parts, records, labels }: FeaturesOptions, shapeCount: number | string) =>
  labels.problem(
    'parts-differ',
    `${labels.subject}'s parts do not belong together: ${parts.shp.name} has ${shapeCount} shapes, ${parts.dbf.name} ${records} records`,
  )
