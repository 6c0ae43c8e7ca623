import type { ImportContext } from '@piecework/core/piece'
import type { LayerFeature, LayerLabels, RowReader, VectorLayer } from '@piecework/vector-files'
import { assertRowCount } from '../staging/assert-row-count.js'
import { placedGeometry } from './place-sql.js'

export interface StagedShapes {
  readonly shapes: number
  /** Deleted records, which are reported. */
  readonly skipped: number
}

/**
 * Copies the layer into the temporary table `legacy_shapes (record, …columns, geom)`, which ends with the
 * transaction, without repairing geometries. `cells` returns the columns of a feature as CSV.
 */
export async function stageShapes<A extends RowReader<unknown>>(
  { tx, progress, finding }: ImportContext,
  labels: LayerLabels,
  shapefile: VectorLayer<A>,
  columns: Readonly<Record<string, string>>,
  cells: (feature: LayerFeature<ReturnType<A['read']>>) => string,
): Promise<StagedShapes> {
  const named = Object.entries(columns)
  await tx.query(
    `CREATE TEMPORARY TABLE legacy_shapes (record integer, ${named.map((column) => `${column.join(' ')}, `).join('')}geom geometry) ON COMMIT DROP`,
  )
  let shapes = 0
  const csv = async function* (): AsyncGenerator<Uint8Array> {
    for await (const batch of shapefile.features()) {
      let lines = ''
      for (const feature of batch) {
        if ('problem' in feature.geometry)
          throw labels.problem('unreadable', `Record ${feature.record} of ${labels.what} has no shape`)
        lines += `${feature.record},${named.length > 0 ? `${cells(feature)},` : ''}${feature.geometry.ewkb}\n`
      }
      shapes += batch.length
      progress(shapes, shapefile.records)
      yield Buffer.from(lines)
    }
  }
  const copied = await tx.copyIn(
    { table: 'legacy_shapes', columns: ['record', ...named.map(([name]) => name), 'geom'] },
    csv(),
  )
  assertRowCount(labels.subject, shapes, copied)
  if (shapefile.wkt !== undefined)
    await tx.query(`UPDATE legacy_shapes SET geom = ${placedGeometry('geom', '$1::text')}`, [shapefile.wkt])
  await tx.query('ANALYZE legacy_shapes')
  return { shapes, skipped: reportSkipped(finding, labels, shapefile.records - shapes) }
}

/** Adds a finding about deleted records. */
export function reportSkipped(
  finding: ImportContext['finding'],
  labels: LayerLabels,
  skipped: number,
): number {
  if (skipped > 0)
    finding(
      labels.finding('warning', 'deleted', `${skipped} deleted records of ${labels.what} were skipped`, {
        count: skipped,
      }),
    )
  return skipped
}
