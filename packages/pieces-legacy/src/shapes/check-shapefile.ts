import { FindingCollector, type NewFinding, type ValidationContext } from '@piecework/core/piece'
import type { LayerLabels, RowReader, VectorLayer } from '@piecework/vector-files'

/**
 * Opens the shapefile, lets `check` read it, and yields the findings of both; none if it was not uploaded.
 */
export async function* checkShapefile<A extends RowReader<unknown>>(
  { entries }: Pick<ValidationContext, 'entries'>,
  labels: LayerLabels,
  open: () => Promise<VectorLayer<A>>,
  check: (shapefile: VectorLayer<A>, findings: FindingCollector) => Promise<void>,
): AsyncIterable<NewFinding> {
  if (!entries.paths.includes(labels.role)) return
  const findings = new FindingCollector()
  try {
    const shapefile = await open()
    yield* shapefile.findings
    await check(shapefile, findings)
  } catch (error) {
    if (!labels.isOwnError(error)) throw error
    for (const { piece: _, ...finding } of error.findings) yield finding
  }
  yield* findings.list()
}
