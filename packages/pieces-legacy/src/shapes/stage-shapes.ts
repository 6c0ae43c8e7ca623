import type { ImportContext } from '@piecework/core/piece'
import type { Attributes, Shapefile, ShapefileFeature } from '@piecework/vector-files'
import { type ShapefileLabels, subjectOf } from '@piecework/vector-files'
import { assertRowCount } from '../staging/assert-row-count.js'

export interface StagedShapes {
  readonly shapes: number
  /** Deleted records, told. */
  readonly skipped: number
}

/**
 * The layer as the temporary table `legacy_shapes (record, …columns, geom)`, ended with the transaction; geometries as they are, not
 * repaired. `cells` gives a feature's further columns as CSV.
 */
export async function stageShapes<A extends Attributes<unknown>>(
  { tx, progress, finding }: ImportContext,
  words: ShapefileLabels,
  shapefile: Shapefile<A>,
  columns: Readonly<Record<string, string>>,
  cells: (feature: ShapefileFeature<ReturnType<A['read']>>) => string,
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
        if (!('ewkb' in feature.geometry))
          throw words.problem('unreadable', `Record ${feature.record} of ${words.what} has no shape`)
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
  assertRowCount(subjectOf(words), shapes, copied)
  await tx.query('ANALYZE legacy_shapes')
  return { shapes, skipped: tellSkipped(finding, words, shapefile.records - shapes) }
}

/** Deleted records, in the job's report. */
export function tellSkipped(
  finding: ImportContext['finding'],
  words: ShapefileLabels,
  skipped: number,
): number {
  if (skipped > 0)
    finding(
      words.finding('warning', 'deleted', `${skipped} deleted records of ${words.what} were skipped`, {
        count: skipped,
      }),
    )
  return skipped
}

/** A cell of CSV. */
export const quoted = (text: string): string => `"${text.replaceAll('"', '""')}"`
