import type { FindingCollector } from '../findings.js'
import { LineBuffer } from '../records/line-buffer.js'
import type { Batch, Columns } from './columns.js'
import type { TableLayout } from './layout.js'
import { TableRows } from './table-rows.js'

export interface ReadOptions {
  /** Name of the file in findings. */
  readonly file: string
  readonly findings: FindingCollector
  readonly signal?: AbortSignal
}

/**
 * Reads a .dat table in batches of rows without holding more of it than one record and one batch. Never throws because of what the
 * file holds: everything that is wrong becomes a finding, and rows with an error are left out.
 * @see Marxan User Manual 5.3
 */
export async function* readTable<C extends Columns>(
  source: AsyncIterable<Uint8Array>,
  layout: TableLayout<C>,
  { file, findings, signal }: ReadOptions,
): AsyncIterable<Batch<C>> {
  const buffer = new LineBuffer()
  const rows = new TableRows(layout, file, findings)
  for await (const chunk of source) {
    signal?.throwIfAborted()
    buffer.append(chunk)
    yield* rows.read(buffer)
    if (rows.stopped) return
  }
  buffer.finish()
  yield* rows.read(buffer)
  yield* rows.finish(buffer)
}
